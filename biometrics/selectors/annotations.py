"""What happened meanwhile: entries of the timeline as marks on a chart."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clinicity.common.actors import Actor
from patients import selectors as patients

MOST = 100


@dataclass(frozen=True)
class Mark:
    """A moment with its words."""

    id: UUID
    kind: str
    at: datetime
    text: str


def annotations(
    actor: Actor, patient_id: UUID, start: datetime, end: datetime
) -> Sequence[Mark]:
    """The newest entries in [start, end), oldest first; at most `MOST`."""
    page = patients.timeline_page(actor, patient_id, since=start, until=end, size=MOST)
    marks = [Mark(row.id, row.kind, row.occurred_at, row.title) for row in page.items]
    return marks[::-1]
