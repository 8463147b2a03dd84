"""Making the tokens of entries again: of those from before there were any, and of all after
a change of `HASH_SECRET`, of `SEARCH_LANGUAGES` or of how words become tokens."""

from collections.abc import Iterator
from uuid import UUID

from clinicity.accounts.acting import Scope, acting_as
from clinicity.audit import services as audit
from clinicity.common.actors import Actor
from clinicity.privacy import fulltext, keyring
from patients.models import Patient, Purpose, TimelineEvent
from patients.permissions import demand_writer
from patients.services.timeline import index

BATCH = 500


def timeline_index_rebuild(*, by: Actor, batch: int = BATCH) -> Iterator[int]:
    """Each batch is committed by itself and its size told, so that a cut goes on where it was.

    Entries carry the scheme of their tokens: those of another one are what is left to do.
    One that somebody is changing meanwhile gets its tokens from that change.
    """
    demand_writer(by)
    unreadable: set[UUID] = set()
    while done := _batch_indexed(by, batch, unreadable):
        yield done


def timeline_index_left(*, by: Actor) -> int:
    """How many entries have no tokens of the present scheme."""
    with acting_as(by, Scope.ALL_PATIENTS):
        return TimelineEvent.objects.exclude(search_scheme=fulltext.scheme()).count()


def _batch_indexed(by: Actor, size: int, unreadable: set[UUID]) -> int:
    """`unreadable` collects whose texts can't be opened: they stay left to do."""
    with acting_as(by, Scope.ALL_PATIENTS):
        stale = TimelineEvent.objects.exclude(search_scheme=fulltext.scheme())
        stale = stale.exclude(patient_id__in=unreadable)
        events = list(stale.select_for_update(skip_locked=True).order_by("id")[:size])
        keyring.preload(event.patient_id for event in events)
        for event in events:
            _index_if_readable(event, unreadable)
        TimelineEvent.objects.bulk_update(events, ["search_tokens", "search_scheme"])
        if events:
            audit.record(by=by, act="timeline.index", subject="timeline", count=len(events))
    return len(events)


def timeline_index_forget(*, by: Actor, patient_id: UUID) -> int:
    """Empty the tokens of a patient whose texts are erased; gives of how many entries."""
    demand_writer(by)
    with acting_as(by, patient_id):
        rows = TimelineEvent.objects.filter(patient_id=patient_id)
        count = rows.update(search_tokens=[], search_scheme=fulltext.scheme())
        audit.record(
            by=by, act="timeline.index_forget", subject="timeline", patient_id=patient_id,
            count=count,
        )  # fmt: skip
    return count


def _index_if_readable(event: TimelineEvent, unreadable: set[UUID]) -> None:
    """A text whose key was destroyed has no words any more; one whose key is lost may have."""
    try:
        index(event)
    except keyring.Destroyed:
        event.search_tokens, event.search_scheme = [], fulltext.scheme()
    except keyring.CantOpen:
        unreadable.add(event.patient_id)


def search_resume(*, by: Actor, patient_id: UUID, purpose: str) -> None:
    """Give a patient's entries their tokens back, after care was agreed to again."""
    demand_writer(by)
    if purpose != Purpose.CARE:
        return
    with acting_as(by, patient_id):
        if not Patient.objects.filter(id=patient_id, consents__contains=[purpose]).exists():
            return
        mine = TimelineEvent.objects.filter(patient_id=patient_id, deleted_at__isnull=True)
        events = list(mine.select_for_update().order_by("id"))
        for event in events:
            _index_if_readable(event, set())
        TimelineEvent.objects.bulk_update(
            events, ["search_tokens", "search_scheme"], batch_size=BATCH
        )
        audit.record(
            by=by, act="timeline.index", subject="timeline", patient_id=patient_id,
            count=len(events),
        )  # fmt: skip
