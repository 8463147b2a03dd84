"""Background work of the agents."""

from uuid import UUID

from agents import services
from clinicity.common import jobs
from clinicity.common.queues import Queue


# Six tries outlive the lease of a process that died while it answered.
@jobs.work(queue=Queue.FAST, max_attempts=6, time_limit=60)
def answer(*, claim: jobs.Claim, patient_id: str, turn_id: str, **_: object) -> None:
    services.turn_answer(patient_id=UUID(patient_id), turn_id=UUID(turn_id))
