"""Named events: how a lower app starts an upper one without importing it.

`publish` writes a row in the caller's transaction (a transactional outbox). After
commit `dispatch` turns it into one job for each task that `clinicity/wiring.py`
names; `tasks.sweep` does the same for rows that a crash left behind.
"""

from datetime import timedelta
from uuid import UUID

from django.db import transaction

from clinicity.common import clock, jobs
from clinicity.common.actors import WORKER
from clinicity.common.models import OutboxEvent
from clinicity.wiring import WIRING


class UnknownEvent(LookupError):
    """The event has no line in `clinicity/wiring.py`."""


def publish(name: str, *, patient_id: UUID, **ids: str | int) -> None:
    """Record that something happened. Takes ids and counts only."""
    if name not in WIRING:
        raise UnknownEvent(f"{name!r} has no line in clinicity/wiring.py.")
    event = OutboxEvent.objects.create(
        name=name, payload={"patient_id": str(patient_id), "ids": ids}
    )
    # The change is committed by then: a failure is logged, and the sweeper tries again.
    transaction.on_commit(lambda: dispatch(event.id), robust=True)


def dispatch(event_id: UUID) -> None:
    """Make the event's jobs, once, whoever calls and however often."""
    with transaction.atomic():
        event = (
            OutboxEvent.objects.select_for_update(skip_locked=True)
            .filter(id=event_id, dispatched_at__isnull=True)
            .first()
        )
        if event is None:
            return
        patient_id = UUID(event.payload["patient_id"])
        for task in WIRING[event.name]:
            jobs.enqueue(task, by=WORKER, patient_id=patient_id, **event.payload["ids"])
        event.dispatched_at = clock.now()
        event.save(update_fields=["dispatched_at"])


def waiting(*, older_than: timedelta = timedelta(0)) -> list[UUID]:
    """Events that were committed and not dispatched yet, oldest first."""
    rows = OutboxEvent.objects.filter(
        dispatched_at__isnull=True, created_at__lte=clock.now() - older_than
    )
    return list(rows.order_by("created_at").values_list("id", flat=True)[:1000])
