"""Devices of a patient: registered, corrected, revoked, seen, and put in order."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from biometrics.features.skew import Skew, estimated
from biometrics.metrics import metric_of
from biometrics.models import Device, DevicePrecedence, PairingCode
from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common import clock
from clinicity.common.actors import Actor, Role
from clinicity.common.exceptions import Invalid, NotFound
from patients.models import Patient
from patients.permissions import demand_writer

EDITABLE = ("name", "kind", "model", "serial_number")
# Why a device was taken out of use: a word for the trail, which keeps no free text.
REASONS = ("", "lost", "replaced", "returned", "broken", "other")
# A device that sends every second is noted once a minute, unless something changed.
SEEN_EVERY = timedelta(minutes=1)
SKEW_MOVED_MS = 1000


def device_register(
    *,
    by: Actor,
    patient_id: UUID,
    name: str,
    kind: str = Device.Kind.OTHER,
    model: str = "",
    serial_number: str = "",
) -> Device:
    """Note a device of a patient, so that its readings are told from another's."""
    demand_writer(by)
    device = Device(
        patient_id=patient_id, name=name.strip(), kind=kind, model=model.strip(),
        serial_number=serial_number.strip() or None, registered_by=by.id,
    )  # fmt: skip
    _demand_valid(device)
    with acting_as(by, patient_id if by.role == Role.SERVICE else None):
        _demand_patient(patient_id)
        device.save(force_insert=True)
        record("device.register", device, by=by, kind=kind)
    return device


def device_edit(*, by: Actor, device_id: UUID, changes: Mapping[str, str]) -> Device:
    """Correct what a device is called, what it is, and its serial number."""
    demand_writer(by)
    unknown = sorted(set(changes) - set(EDITABLE))
    if unknown:
        raise Invalid(f"These can't be changed here: {', '.join(unknown)}.")
    with acting_as(by):
        device = device_locked(device_id)
        changed = [
            name for name in changes if (getattr(device, name) or "") != changes[name].strip()
        ]
        for name in changed:
            setattr(device, name, changes[name].strip())
        device.serial_number = device.serial_number or None
        _demand_valid(device)
        if changed:
            device.save(update_fields=changed)
            record("device.edit", device, by=by, fields=changed)
    return device


def device_revoke(*, by: Actor, device_id: UUID, reason: str = "") -> Device:
    """End a device's token and its open codes, now. Its readings stay; pairing undoes it."""
    demand_writer(by)
    if reason not in REASONS:
        raise Invalid(f"The reason is one of {', '.join(filter(None, REASONS))}.")
    with acting_as(by):
        device = device_locked(device_id)
        codes_end(device)
        if device.revoked_at is None:
            device.revoked_at = clock.now()
            device.token_version += 1
            device.save(update_fields=["revoked_at", "token_version"])
            record("device.revoke", device, by=by, reason=reason)
    return device


def device_seen(
    *,
    by: Actor,
    device_id: UUID,
    sent_at: datetime | None = None,
    battery_percent: float | None = None,
) -> Device:
    """Note that a device was heard of: when, how full it is, how its clock runs.

    `sent_at` is what the device claims; the difference to now is the clock's, and the
    network's. Written, and put on record, at most once a minute while nothing changes.
    Takes no lock before it writes: the door notes many devices in one transaction.
    """
    demand_writer(by)
    if battery_percent is not None and not 0 <= battery_percent <= 100:
        raise Invalid("The battery is between 0 and 100 percent.")
    now = clock.now()
    with acting_as(by):
        device = _there(Device.objects.filter(id=device_id))
        skew = _skew(device, sent_at, now)
        if _is_news(device, now, skew, battery_percent):
            _note(device, now, skew, battery_percent)
            record("device.seen", device, by=by)
    return device


def precedence_set(
    *, by: Actor, patient_id: UUID, devices: Sequence[UUID], metric: str = ""
) -> list[UUID]:
    """Put a patient's devices in order for a metric, or for all that have no order.

    The order replaces the one before; an empty one takes the metric's own order away.
    """
    demand_writer(by)
    if metric:
        metric_of(metric)
    with acting_as(by, patient_id if by.role == Role.SERVICE else None):
        _demand_patient(patient_id)
        _demand_theirs(patient_id, devices)
        if devices:
            _order_keep(patient_id, metric, devices)
        else:
            DevicePrecedence.objects.filter(patient_id=patient_id, metric=metric).delete()
        audit.record(
            by=by, act="device.precedence", subject="patient", subject_id=patient_id,
            patient_id=patient_id, metric=metric, devices=len(devices),
        )  # fmt: skip
    return list(devices)


def device_locked(device_id: UUID) -> Device:
    """A device of a patient who is there, held until the transaction ends."""
    return _there(Device.objects.select_for_update(of=("self",)).filter(id=device_id))


def codes_end(device: Device) -> None:
    """No code that was given out for this device can be used any more."""
    now = clock.now()
    open_codes = PairingCode.objects.filter(
        patient_id=device.patient_id, device=device, used_at__isnull=True, expires_at__gt=now
    )
    open_codes.update(expires_at=now)


def record(act: str, device: Device, *, by: Actor, **details: Any) -> None:
    audit.record(
        by=by, act=act, subject="device", subject_id=device.id,
        patient_id=device.patient_id, **details,
    )  # fmt: skip


def _there(rows: QuerySet[Device]) -> Device:
    device: Device | None = rows.filter(patient__deleted_at__isnull=True).first()
    if device is None:
        raise NotFound("There is no such device.")
    return device


def _demand_patient(patient_id: UUID) -> None:
    if not Patient.objects.filter(id=patient_id, deleted_at__isnull=True).exists():
        raise NotFound("There is no such patient.")


def _demand_valid(device: Device) -> None:
    if not device.name:
        raise _invalid("name", "A device needs a name.")
    if device.kind not in Device.Kind.values:
        raise _invalid("kind", f"The kind is one of {', '.join(Device.Kind.values)}.")


def _invalid(field: str, sentence: str) -> Invalid:
    return Invalid(sentence, errors={field: [sentence]})


def _demand_theirs(patient_id: UUID, devices: Sequence[UUID]) -> None:
    if len(set(devices)) != len(devices):
        raise Invalid("A device stands in the order twice.")
    theirs = Device.objects.filter(patient_id=patient_id, id__in=devices).count()
    if theirs != len(devices):
        raise Invalid("The order names a device that isn't this patient's.")


def _order_keep(patient_id: UUID, metric: str, devices: Sequence[UUID]) -> None:
    row = DevicePrecedence(patient_id=patient_id, metric=metric, devices=list(devices))
    DevicePrecedence.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["patient", "metric"],
        update_fields=["devices"],
    )  # fmt: skip


def _skew(device: Device, sent_at: datetime | None, now: datetime) -> Skew | None:
    """The clock's estimate with this pair in it; as it was, when nothing is claimed."""
    before = None
    if device.clock_skew_ms is not None and device.clock_skew_at is not None:
        before = Skew(device.clock_skew_ms, device.clock_skew_at)
    if sent_at is None:
        return before
    if sent_at.tzinfo is None:
        raise Invalid("The time of sending needs its offset from UTC.")
    return estimated(before, sent_at=sent_at, received_at=now)


def _is_news(device: Device, now: datetime, skew: Skew | None, battery: float | None) -> bool:
    if device.last_seen_at is None or now - device.last_seen_at >= SEEN_EVERY:
        return True
    moved = skew and abs(skew.ms - (device.clock_skew_ms or 0)) >= SKEW_MOVED_MS
    charged = battery is not None and abs(battery - (device.battery_percent or 0)) >= 1
    return bool(moved) or charged


def _note(device: Device, now: datetime, skew: Skew | None, battery: float | None) -> None:
    device.last_seen_at = now
    if skew:
        device.clock_skew_ms, device.clock_skew_at = round(skew.ms), skew.at
    if battery is not None:
        device.battery_percent = battery
    device.save(
        update_fields=["last_seen_at", "clock_skew_ms", "clock_skew_at", "battery_percent"]
    )
