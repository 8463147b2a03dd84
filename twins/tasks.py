"""Making twins: minutes of computing that nobody should wait for."""

from uuid import UUID

from clinicity.common import jobs
from clinicity.common.actors import WORKER
from clinicity.common.queues import Queue
from twins import forgetting, services


@jobs.work(queue=Queue.HEAVY, time_limit=300)
def generate(*, claim: jobs.Claim, patient_id: str, **_: str | int) -> None:
    """Make the twin of one patient."""
    services.twin_generate(
        by=WORKER, patient_id=UUID(patient_id), requested_by=claim.requested_by
    )


# Twelve tries outlive what may still be being made of the record, and a store that is away.
@jobs.work(queue=Queue.FAST, max_attempts=12, time_limit=900)
def forget(*, claim: jobs.Claim, patient_id: str, removal_id: str, **_: str | int) -> None:
    """Remove what a withdrawn consent covered here, or all of a person."""
    forgetting.twins_forget(by=WORKER, patient_id=UUID(patient_id), removal_id=UUID(removal_id))
