"""Background work of the agents."""

from uuid import UUID

from agents import services
from clinicity.common import jobs
from clinicity.common.actors import WORKER
from clinicity.common.queues import Queue


# Six tries outlive the lease of a process that died while it answered.
@jobs.work(queue=Queue.FAST, max_attempts=6, time_limit=60)
def answer(*, claim: jobs.Claim, patient_id: str, turn_id: str, **_: object) -> None:
    services.turn_answer(patient_id=UUID(patient_id), turn_id=UUID(turn_id))


# Twelve tries outlive what may still be being made of the record, and a store that is away.
@jobs.work(queue=Queue.FAST, max_attempts=12, time_limit=900)
def forget(*, claim: jobs.Claim, patient_id: str, removal_id: str, **_: str | int) -> None:
    """Remove what a withdrawn consent covered here, or all of a person."""
    services.agents_forget(by=WORKER, patient_id=UUID(patient_id), removal_id=UUID(removal_id))
