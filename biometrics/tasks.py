"""Work on readings that no person waits for."""

from uuid import UUID

from biometrics import services
from clinicity.common import jobs
from clinicity.common.actors import WORKER
from clinicity.common.queues import Queue


@jobs.work(queue=Queue.HEAVY, time_limit=900, once_waiting=True)
def days_sum_up(*, claim: jobs.Claim, patient_id: str) -> None:
    """A patient's days follow the time zones that they live by."""
    services.rollups_rebuild(by=WORKER, patient_id=UUID(patient_id))
