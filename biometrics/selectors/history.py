"""What the ledger said at an earlier moment."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from biometrics.features.columns import Columns
from biometrics.features.payload import Lane
from biometrics.metrics import Metric, metric_of
from biometrics.models import IngestBatch
from biometrics.services.replay import ledger, replayed
from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Invalid
from patients import selectors as patients


@dataclass(frozen=True)
class AsOf:
    """One metric's valid readings as they stood after row `position` of the ledger."""

    metric: Metric
    position: int
    lanes: dict[Lane, Columns]


def readings_as_of(
    actor: Actor,
    patient_id: UUID,
    metric: str,
    start: datetime,
    end: datetime,
    as_of: datetime | int,
) -> AsOf:
    """Readings that start in [start, end), as of a moment or a position of the ledger.

    What was removed for good is not in the ledger any more, and not in the answer.
    """
    known = metric_of(metric)
    if end <= start:
        raise Invalid("The end must come after the start.")
    patients.patient_get(actor, patient_id)
    with acting_as(actor, patient_id):
        position = _position(patient_id, as_of)
        replay = replayed(ledger(patient_id, until=position))
        audit.record_read(
            by=actor, act="reading.read_as_of", subject="reading", patient_id=patient_id,
            metric=metric, position=position,
        )  # fmt: skip
    bounds = round(start.timestamp() * 1000), round(end.timestamp() * 1000)
    lanes = {
        lane: replay.samples(lane).between(*bounds).valid()
        for lane in replay.lanes
        if lane[1] == metric
    }
    return AsOf(known, position, {lane: part for lane, part in lanes.items() if len(part)})


def _position(patient_id: UUID, as_of: datetime | int) -> int:
    rows = IngestBatch.objects.filter(patient_id=patient_id)
    if isinstance(as_of, int):
        rows = rows.filter(position__lte=as_of)
    else:
        rows = rows.filter(created_at__lte=as_of)
    last = rows.order_by("-position").values_list("position", flat=True).first()
    return int(last or 0)
