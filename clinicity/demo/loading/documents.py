"""Uploads one person's simulated papers; the workers read them like any others."""

from datetime import datetime, time
from uuid import UUID

from clinicity.common.actors import Actor
from clinicity.demo.documents import papers
from clinicity.demo.printing import printed
from clinicity.demo.simulator.lives import Life
from documents.services import document_upload

WRITTEN_AT = time(12)


def documents_add(life: Life, by: Actor, patient_id: UUID) -> None:
    """File every paper of one person. A file that is there already is left as it is."""
    for paper in papers(life):
        occurred_at = datetime.combine(paper.written_on, WRITTEN_AT, life.days.zone)
        document_upload(
            by=by, patient_id=patient_id, title=paper.title, filename=paper.filename,
            content=printed(paper), occurred_at=occurred_at,
        )  # fmt: skip
