"""Every write of this app, by what it changes."""

from documents.services.ingestion import document_ingest
from documents.services.lifecycle import (
    FileRefused,
    FileTooLarge,
    demand_size,
    document_accept,
    document_delete,
    document_retry,
    document_upload,
    live_group,
    transition,
)

__all__ = [
    "FileRefused",
    "FileTooLarge",
    "demand_size",
    "document_accept",
    "document_delete",
    "document_ingest",
    "document_retry",
    "document_upload",
    "live_group",
    "transition",
]
