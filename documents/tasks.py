"""Work of the heavy queue."""

from uuid import UUID

from clinicity.common import jobs
from clinicity.common.actors import WORKER
from clinicity.common.queues import Queue
from documents import services


@jobs.work(queue=Queue.HEAVY, time_limit=3600)
def ingest(*, claim: jobs.Claim, patient_id: str, document_id: str, **_: object) -> None:
    """Read an uploaded document to its end."""
    services.document_ingest(
        by=WORKER,
        patient_id=UUID(patient_id),
        document_id=UUID(document_id),
        progress=claim.progress,
    )


@jobs.work(queue=Queue.HEAVY)
def link_chart(*, claim: jobs.Claim, patient_id: str, **_: object) -> None:
    """Put what the team shares of the chart and documents now into the patient's graph."""
    services.chart_link(by=WORKER, patient_id=UUID(patient_id))
    services.documents_link(by=WORKER, patient_id=UUID(patient_id))


@jobs.work(queue=Queue.HEAVY)
def purge(*, claim: jobs.Claim, patient_id: str, document_id: str, **_: object) -> None:
    """Remove everything that was made of a deleted document."""
    services.document_purge(
        by=WORKER, patient_id=UUID(patient_id), document_id=UUID(document_id)
    )


# Twelve tries outlive what may still be being made of the record, and a store that is away.
@jobs.work(queue=Queue.HEAVY, max_attempts=12, time_limit=900)
def forget(*, claim: jobs.Claim, patient_id: str, removal_id: str, **_: str | int) -> None:
    """Remove what a withdrawn consent covered here, or all of a person."""
    services.documents_forget(
        by=WORKER, patient_id=UUID(patient_id), removal_id=UUID(removal_id)
    )


@jobs.work(queue=Queue.HEAVY)
def remake(*, claim: jobs.Claim, patient_id: str, purpose: str, **_: object) -> None:
    """Care is agreed to again: index and graph are made again from what was kept."""
    services.care_resume(by=WORKER, patient_id=UUID(patient_id), purpose=purpose)
