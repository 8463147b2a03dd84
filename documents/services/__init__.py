"""Every write of this app, by what it changes."""

from documents.services.ingestion import document_ingest
from documents.services.lifecycle import (
    FileRefused,
    FileTooLarge,
    document_accept,
    document_delete,
    document_retry,
    document_upload,
    transition,
)

__all__ = [
    "FileRefused",
    "FileTooLarge",
    "document_accept",
    "document_delete",
    "document_ingest",
    "document_retry",
    "document_upload",
    "transition",
]
