"""Every write of this app, by what it changes."""

from documents.services.facts import chart_link, documents_link
from documents.services.forgetting import documents_forget
from documents.services.ingestion import document_ingest
from documents.services.lifecycle import (
    FileRefused,
    FileTooLarge,
    demand_size,
    document_accept,
    document_delete,
    document_purge,
    document_retry,
    document_upload,
    live_group,
    transition,
)
from documents.services.rebuilding import Rebuilt, care_resume, patient_rebuild

__all__ = [
    "FileRefused",
    "FileTooLarge",
    "Rebuilt",
    "care_resume",
    "chart_link",
    "demand_size",
    "document_accept",
    "document_delete",
    "document_ingest",
    "document_purge",
    "document_retry",
    "document_upload",
    "documents_forget",
    "documents_link",
    "live_group",
    "patient_rebuild",
    "transition",
]
