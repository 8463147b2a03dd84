"""When each device last sent what. Call it while acting."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import F, Func, Max

from biometrics.metrics import METRICS, Metric
from biometrics.models import Device, IngestBatch, Rollup

BROUGHT = (IngestBatch.Kind.ADD, IngestBatch.Kind.MOVED_IN)
Key = tuple[UUID | None, str]


@dataclass(frozen=True)
class Sync:
    """When a device last sent a metric, and the newest local day that it measured."""

    device_id: UUID | None
    metric: Metric
    synced_at: datetime
    measured_on: date | None


@dataclass(frozen=True)
class DeviceSync:
    """A device of the patient with its lanes; without a device: what named none."""

    device: Device | None
    lanes: Sequence[Sync]

    @property
    def synced_at(self) -> datetime | None:
        return max((lane.synced_at for lane in self.lanes), default=None)


def syncs(patient_id: UUID) -> list[DeviceSync]:
    """Every device in the order of registration; last, if there is any, what named none."""
    devices = {row.id: row for row in Device.objects.filter(patient__record_of=patient_id)}
    batches, days = _newest_batches(patient_id), newest_days(patient_id)
    lanes: dict[UUID | None, list[Sync]] = {device_id: [] for device_id in devices}
    for device_id, code in _sent(batches, days):
        # An import of several devices is a row of the ledger that names none of them.
        at = batches.get((device_id, code)) or batches.get((None, code))
        if at and code in METRICS:
            lane = Sync(device_id, METRICS[code], at, days.get((device_id, code)))
            lanes.setdefault(device_id, []).append(lane)
    return [DeviceSync(devices.get(key) if key else None, part) for key, part in lanes.items()]


def newest_days(patient_id: UUID) -> dict[Key, date]:
    """By device and metric, the newest local day with data."""
    days = Rollup.objects.filter(patient__record_of=patient_id, period=Rollup.Period.DAY)
    newest = days.values_list("device_id", "metric").annotate(newest=Max("local_date"))
    return {(device_id, metric): day for device_id, metric, day in newest}


def _sent(batches: dict[Key, datetime], days: dict[Key, date]) -> list[Key]:
    """What each device sent. What names none counts where readings without one are left."""
    named = {key for key in batches if key[0]}
    return sorted(named | set(days), key=lambda key: key[1])


def _newest_batches(patient_id: UUID) -> dict[Key, datetime]:
    rows = (
        IngestBatch.objects.filter(patient__record_of=patient_id, kind__in=BROUGHT)
        .annotate(code=Func(F("metrics"), function="unnest"))
        .values_list("device_id", "code")
        .annotate(synced=Max("created_at"))
    )
    return {(device_id, code): synced for device_id, code, synced in rows}
