"""Making twins: minutes of computing that nobody should wait for."""

from uuid import UUID

from clinicity.common import jobs
from clinicity.common.actors import WORKER
from clinicity.common.queues import Queue
from twins import services


@jobs.work(queue=Queue.HEAVY, time_limit=300)
def generate(*, claim: jobs.Claim, patient_id: str, **_: str | int) -> None:
    """Make the twin of one patient."""
    services.twin_generate(
        by=WORKER, patient_id=UUID(patient_id), requested_by=claim.requested_by
    )
