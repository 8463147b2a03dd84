"""A patient's devices: what they are, what they deliver, and which is believed first."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet

from biometrics.metrics import METRICS, Metric
from biometrics.models import (
    Device,
    DevicePrecedence,
    LatestReading,
    PairingCode,
)
from biometrics.selectors.syncs import newest_days, syncs
from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common.actors import Actor
from clinicity.common.exceptions import NotFound
from patients import selectors as patients


@dataclass(frozen=True)
class Delivered:
    """A metric that a device has sent: its newest local day, and the moment if known.

    The moment is known where no other device sent anything newer.
    """

    metric: Metric
    day: date
    at: datetime | None


@dataclass(frozen=True)
class DeviceState:
    """A device, when readings of it last arrived, and what it has delivered."""

    device: Device
    synced_at: datetime | None
    delivered: Sequence[Delivered]


@dataclass(frozen=True)
class PairingState:
    """How a device's newest code stands: `used_at` once a device has shown it."""

    used_at: datetime | None
    expires_at: datetime | None


def devices(actor: Actor, patient_id: UUID) -> list[Device]:
    """In the order they were registered."""
    patients.patient_get(actor, patient_id)
    with acting_as(actor, patient_id):
        return list(_devices(patient_id))


def device_get(actor: Actor, device_id: UUID) -> Device:
    """One device of one of the actor's patients, with the read on record."""
    with acting_as(actor):
        device: Device | None = Device.objects.filter(id=device_id).first()
    if device is None:
        audit.record_refusal(
            by=actor, act="device.read", subject="device", subject_id=device_id
        )
        raise NotFound("There is no such device.")
    patients.patient_get(actor, device.patient_id)
    return device


def device_states(actor: Actor, patient_id: UUID) -> list[DeviceState]:
    """Each device with what a page says of it."""
    patients.patient_get(actor, patient_id)
    with acting_as(actor, patient_id):
        found = list(_devices(patient_id))
        synced = {part.device.id: part.synced_at for part in syncs(patient_id) if part.device}
        delivered = _delivered(patient_id)
    return [
        DeviceState(device, synced.get(device.id), delivered[device.id]) for device in found
    ]


def precedence_of(actor: Actor, patient_id: UUID, metric: str) -> list[UUID | None]:
    """Every device of the patient for a metric, the preferred one first; None last.

    The metric's own order, else the order of all; devices that it doesn't name follow in
    the order they were registered.
    """
    with acting_as(actor, patient_id):
        orders = _orders(patient_id)
        registered = list(_devices(patient_id).values_list("id", flat=True))
    order = orders.get(metric, orders.get("", []))
    return [*order, *(device for device in registered if device not in order), None]


def precedences(actor: Actor, patient_id: UUID) -> dict[str, list[UUID]]:
    """The orders that somebody set, by metric; that of all others under ""."""
    patients.patient_get(actor, patient_id)
    with acting_as(actor, patient_id):
        return _orders(patient_id)


def pairing_state(actor: Actor, patient_id: UUID, device_id: UUID) -> PairingState:
    """Of the newest code. A page asks every few seconds, so it's on record now and then."""
    with acting_as(actor, patient_id):
        if not _devices(patient_id).filter(id=device_id).exists():
            raise NotFound("There is no such device.")
        codes = PairingCode.objects.filter(patient_id=patient_id, device_id=device_id)
        code = codes.order_by("-created_at").first()
    audit.record_following(
        by=actor, act="device.follow", subject="device", subject_id=device_id,
        patient_id=patient_id,
    )  # fmt: skip
    return PairingState(code.used_at, code.expires_at) if code else PairingState(None, None)


def _devices(patient_id: UUID) -> QuerySet[Device]:
    return Device.objects.filter(patient__record_of=patient_id).order_by("created_at", "id")


def _orders(patient_id: UUID) -> dict[str, list[UUID]]:
    rows = DevicePrecedence.objects.filter(patient_id=patient_id)
    return dict(rows.values_list("metric", "devices"))


def _delivered(patient_id: UUID) -> defaultdict[UUID | None, list[Delivered]]:
    """By device, in the catalogue's order. Days are few where hours are many."""
    newest = {
        (row.device_id, row.metric): row.measured_at
        for row in LatestReading.objects.filter(patient__record_of=patient_id)
    }
    days = newest_days(patient_id)
    found: defaultdict[UUID | None, list[Delivered]] = defaultdict(list)
    places = {code: place for place, code in enumerate(METRICS)}
    known = (key for key in days if key[1] in places)
    for device, code in sorted(known, key=lambda key: places[key[1]]):
        day = days[device, code]
        found[device].append(Delivered(METRICS[code], day, newest.get((device, code))))
    return found
