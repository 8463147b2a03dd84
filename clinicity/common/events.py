"""Named events: how a lower app starts an upper one without importing it.

`publish` writes a row in the caller's transaction (a transactional outbox). After
commit `dispatch` turns it into one job for each task that `clinicity/wiring.py`
names; `tasks.sweep` does the same for rows that a crash left behind.
"""

from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction

from clinicity.common import clock, jobs
from clinicity.common.actors import WORKER
from clinicity.common.ids import new_id
from clinicity.common.models import OutboxEvent
from clinicity.common.pipeline import Ask, ids, texts
from clinicity.wiring import WIRING

INSERT = """
INSERT INTO common_outboxevent (id, created_at, name, payload)
SELECT id, %s, %s, payload::jsonb FROM unnest(%s::uuid[], %s::text[]) AS row (id, payload)
"""


@dataclass(frozen=True)
class Told:
    """One event of many: what its tasks are given, and what was touched."""

    patient_id: UUID
    ids: Mapping[str, str | int] = field(default_factory=dict)
    touched: Mapping[str, Any] = field(default_factory=dict)


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


def publish_many(ask: Ask, name: str, told: Sequence[Told]) -> None:
    """Record several events with one statement of the caller's pipeline."""
    if name not in WIRING:
        raise UnknownEvent(f"{name!r} has no line in clinicity/wiring.py.")
    made = [new_id() for _ in told]
    payloads = [
        msgspec.json.encode(
            {"patient_id": each.patient_id, "ids": each.ids, **each.touched}
        ).decode()
        for each in told
    ]
    ask(INSERT, [clock.now(), name, ids(made), texts(payloads)])
    send = after_commit.get()
    transaction.on_commit(lambda: send(made), robust=True)


def dispatch(event_id: UUID) -> None:
    dispatch_many([event_id])


def dispatch_many(event_ids: Sequence[UUID]) -> None:
    """Make the events' jobs, once, whoever calls and however often."""
    with transaction.atomic():
        found = list(
            OutboxEvent.objects.select_for_update(skip_locked=True)
            .filter(id__in=event_ids, dispatched_at__isnull=True)
            .order_by("id")
        )
        for task, wanted in _wanted(found).items():
            jobs.enqueue_many(task, wanted, by=WORKER)
        rows = OutboxEvent.objects.filter(id__in=[event.id for event in found])
        rows.update(dispatched_at=clock.now())


def _wanted(
    found: Sequence[OutboxEvent],
) -> dict[str, list[tuple[UUID, Mapping[str, Any]]]]:
    """The jobs of some events by task: of work that looks at the patient as they are, one
    for each patient."""
    wanted: dict[str, dict[tuple[UUID, UUID | None], Mapping[str, Any]]] = {}
    for event in found:
        patient_id = UUID(event.payload["patient_id"])
        for task in WIRING[event.name]:
            apart = None if jobs.spec(task).once_waiting else event.id
            wanted.setdefault(task, {})[patient_id, apart] = event.payload["ids"]
    return {
        task: [(patient_id, given) for (patient_id, _), given in orders.items()]
        for task, orders in wanted.items()
    }


# Who dispatches events after their commit: at once, or later and together (the door).
after_commit: ContextVar[Callable[[Sequence[UUID]], None]] = ContextVar(
    "after_commit", default=dispatch_many
)


def waiting(*, older_than: timedelta = timedelta(0)) -> list[UUID]:
    """Events that were committed and not dispatched yet, oldest first."""
    rows = OutboxEvent.objects.filter(
        dispatched_at__isnull=True, created_at__lte=clock.now() - older_than
    )
    return list(rows.order_by("created_at").values_list("id", flat=True)[:1000])
