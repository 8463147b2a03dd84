"""Devices: registered, corrected, revoked, seen and put in order; each on record."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from django.db import transaction

from biometrics import selectors, services
from biometrics.features.columns import columns_of
from biometrics.models import Device, DevicePrecedence
from biometrics.samples import Sample
from biometrics.services.readings import deposits_store
from biometrics.services.storing import Deposit
from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.audit import services as audit
from clinicity.audit.models import AuditEvent
from clinicity.common import clock
from clinicity.common.actors import DOOR
from clinicity.common.exceptions import DomainError, Invalid, NotFound, Refused
from patients.models import Patient
from patients.services.people import patient_delete

pytestmark = pytest.mark.django_db
MakeDevice = Callable[..., Device]
MINUTE = timedelta(minutes=1)


def acts(device: Device) -> list[str]:
    rows = AuditEvent.objects.filter(subject="device", subject_id=device.id)
    return list(rows.order_by("id").values_list("act", flat=True))


def fresh(device: Device, user: User) -> Device:
    return selectors.device_get(user.actor, device.id)


def test_registered_with_its_kind_and_sealed_serial_number(
    make_device: MakeDevice, alice: User
) -> None:
    device = make_device(" Wrist ", kind="actigraph", model="GT9X", serial_number="S-1")
    again = fresh(device, alice)
    assert (again.name, again.kind, again.model) == ("Wrist", "actigraph", "GT9X")
    assert again.serial_number == "S-1"
    assert acts(device) == ["device.register"]


@pytest.mark.parametrize("bad", [{"name": " "}, {"kind": "toaster"}])
def test_nonsense_is_not_registered(make_device: MakeDevice, bad: dict[str, str]) -> None:
    with pytest.raises(Invalid):
        make_device(**bad)


def test_edit_keeps_on_record_which_fields_changed_and_not_their_values(
    make_device: MakeDevice, alice: User
) -> None:
    device = make_device()
    changes = {"name": "Left wrist", "kind": "other", "serial_number": "S-2"}
    services.device_edit(by=alice.actor, device_id=device.id, changes=changes)
    assert fresh(device, alice).serial_number == "S-2"
    event = AuditEvent.objects.get(act="device.edit")
    assert event.details == {"fields": ["name", "serial_number"]}
    services.device_edit(by=alice.actor, device_id=device.id, changes={"serial_number": ""})
    assert fresh(device, alice).serial_number is None
    services.device_edit(by=alice.actor, device_id=device.id, changes={"name": "Left wrist"})
    assert acts(device).count("device.edit") == 2


@pytest.mark.parametrize("changes", [{"patient_id": "x"}, {"name": ""}, {"kind": "toaster"}])
def test_edit_refuses_what_it_may_not_change(
    make_device: MakeDevice, alice: User, changes: dict[str, str]
) -> None:
    device = make_device()
    with pytest.raises(Invalid):
        services.device_edit(by=alice.actor, device_id=device.id, changes=changes)
    assert fresh(device, alice).name == "Watch"


def test_revoking_raises_the_version_once(make_device: MakeDevice, alice: User) -> None:
    device = make_device()
    for _ in range(2):
        services.device_revoke(by=alice.actor, device_id=device.id, reason="lost")
    revoked = fresh(device, alice)
    assert revoked.token_version == device.token_version + 1
    assert revoked.revoked_at is not None
    assert AuditEvent.objects.get(act="device.revoke").details == {"reason": "lost"}
    with pytest.raises(Invalid):
        services.device_revoke(by=alice.actor, device_id=device.id, reason="Zoë lost it")


def test_seen_notes_battery_and_clock_at_most_once_a_minute(
    make_device: MakeDevice, patient: Patient, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    device, now = make_device(), clock.now()

    def seen(after: timedelta, ahead: timedelta, battery: float | None = None) -> Device:
        monkeypatch.setattr(clock, "now", lambda: now + after)
        with acting_as(DOOR, patient.id):
            services.device_seen(
                by=DOOR, device_id=device.id, sent_at=now + after + ahead,
                battery_percent=battery,
            )  # fmt: skip
        return fresh(device, alice)

    first = seen(timedelta(0), 4 * MINUTE, 81)
    assert (first.last_seen_at, first.battery_percent) == (now, 81)
    assert first.clock_skew_ms == 240_000
    delayed = seen(timedelta(seconds=2), 4 * MINUTE - timedelta(seconds=30))
    assert (delayed.last_seen_at, delayed.clock_skew_ms) == (now, 240_000)
    assert seen(timedelta(seconds=3), 4 * MINUTE, 79).battery_percent == 79
    later = seen(timedelta(days=1), timedelta(0))
    assert later.last_seen_at == now + timedelta(days=1)
    assert later.clock_skew_ms is not None
    assert 0 <= later.clock_skew_ms < 1_000
    assert acts(device).count("device.seen") == 3


@pytest.mark.parametrize(
    "bad", [{"battery_percent": 101.0}, {"sent_at": clock.now().replace(tzinfo=None)}]
)
def test_seen_refuses_nonsense(
    make_device: MakeDevice, alice: User, bad: dict[str, object]
) -> None:
    device = make_device()
    with pytest.raises(Invalid):
        services.device_seen(by=alice.actor, device_id=device.id, **bad)  # type: ignore[arg-type]
    assert fresh(device, alice).last_seen_at is None


def test_order_of_a_metric_else_of_all_else_by_registration(
    make_device: MakeDevice, patient: Patient, alice: User
) -> None:
    watch, phone, ring = make_device("Watch"), make_device("Phone"), make_device("Ring")

    def order(metric: str) -> list[object]:
        return list(selectors.precedence_of(alice.actor, patient.id, metric))

    def put(*devices: Device, metric: str = "") -> None:
        services.precedence_set(
            by=alice.actor, patient_id=patient.id, metric=metric,
            devices=[device.id for device in devices],
        )  # fmt: skip

    assert order("steps") == [watch.id, phone.id, ring.id, None]
    put(ring)
    put(phone, watch, ring, metric="steps")
    assert order("heart_rate") == [ring.id, watch.id, phone.id, None]
    assert order("steps") == [phone.id, watch.id, ring.id, None]
    put(watch, metric="steps")
    assert order("steps") == [watch.id, phone.id, ring.id, None]
    put(metric="steps")
    assert order("steps") == [ring.id, watch.id, phone.id, None]
    assert AuditEvent.objects.filter(act="device.precedence").count() == 4


def test_order_takes_only_the_patients_own_devices_and_each_once(
    make_device: MakeDevice, patient: Patient, alice: User
) -> None:
    watch = make_device()
    for devices, metric in (([uuid4()], ""), ([watch.id] * 2, ""), ([watch.id], "aura")):
        with pytest.raises(Invalid):
            services.precedence_set(
                by=alice.actor, patient_id=patient.id, devices=devices, metric=metric
            )
    assert selectors.precedences(alice.actor, patient.id) == {}


def test_states_say_what_each_device_delivers(
    make_device: MakeDevice, patient: Patient, alice: User
) -> None:
    watch, phone = make_device("Watch"), make_device("Phone")
    now = clock.now().replace(microsecond=0)

    def store(device: Device, metric: str, at: datetime) -> None:
        services.readings_store(
            by=alice.actor, patient_id=patient.id, device_id=device.id,
            samples=[Sample(metric, at, 60)],
        )  # fmt: skip

    store(watch, "heart_rate", now - timedelta(days=3))
    store(watch, "steps", now - timedelta(days=2))
    store(phone, "steps", now - timedelta(hours=1))
    mine, other = selectors.device_states(alice.actor, patient.id)
    assert {part.metric.code: part.at for part in mine.delivered} == {
        "heart_rate": now - timedelta(days=3), "steps": None,
    }  # fmt: skip
    assert [(part.metric.code, part.at) for part in other.delivered] == [
        ("steps", now - timedelta(hours=1))
    ]
    assert mine.synced_at is not None
    assert other.synced_at is not None
    assert other.synced_at > mine.synced_at


WRITES: dict[str, Callable[[User, Device], object]] = {
    "register": lambda user, device: services.device_register(
        by=user.actor, patient_id=device.patient_id, name="X"
    ),
    "edit": lambda user, device: services.device_edit(
        by=user.actor, device_id=device.id, changes={"name": "Y"}
    ),
    "revoke": lambda user, device: services.device_revoke(by=user.actor, device_id=device.id),
    "code": lambda user, device: services.pairing_code_make(by=user.actor, device_id=device.id),
    "seen": lambda user, device: services.device_seen(by=user.actor, device_id=device.id),
    "order": lambda user, device: services.precedence_set(
        by=user.actor, patient_id=device.patient_id, devices=[device.id]
    ),
}


def state(device: Device, alice: User) -> object:
    with acting_as(alice.actor):
        rows = [
            (row.name, row.token_version, row.revoked_at, row.last_seen_at)
            for row in Device.objects.filter(patient_id=device.patient_id)
        ]
        orders = list(DevicePrecedence.objects.values_list("metric", "devices"))
    return rows, orders, selectors.pairing_state(alice.actor, device.patient_id, device.id)


@contextmanager
def undone_on(error: type[Exception]) -> Iterator[None]:
    with pytest.raises(error), transaction.atomic():
        yield


@pytest.mark.parametrize("write", WRITES)
def test_write_without_its_record_is_undone(
    make_device: MakeDevice, alice: User, monkeypatch: pytest.MonkeyPatch, write: str
) -> None:
    device = make_device()
    before = state(device, alice)

    def fail(**_: object) -> None:
        raise RuntimeError("the trail is full")

    with monkeypatch.context() as patch, undone_on(RuntimeError):
        patch.setattr(audit, "record", fail)
        WRITES[write](alice, device)
    assert state(device, alice) == before
    WRITES[write](alice, device)
    assert state(device, alice) != before


@pytest.mark.parametrize("write", WRITES)
def test_stranger_and_admin_change_nothing(
    make_device: MakeDevice, alice: User, charlie: User, admin: User, write: str
) -> None:
    device = make_device()
    before = state(device, alice)
    refusals: dict[User, type[DomainError]] = {charlie: NotFound, admin: Refused}
    for user, refusal in refusals.items():
        with undone_on(refusal):
            WRITES[write](user, device)
    assert state(device, alice) == before


@pytest.mark.parametrize("write", WRITES)
def test_device_of_a_patient_off_the_list_is_not_there(
    make_device: MakeDevice, alice: User, patient: Patient, write: str
) -> None:
    device = make_device()
    patient_delete(by=alice.actor, patient_id=patient.id)
    with undone_on(NotFound):
        WRITES[write](alice, device)


def test_an_import_of_several_devices_is_their_last_sync(
    alice: User, patient: Patient, make_device: Callable[..., Device]
) -> None:
    watch, scale, unused = make_device("Watch"), make_device("Scale"), make_device("Unused")
    noon = columns_of([1_767_268_800_000], [70.0])
    with acting_as(alice.actor):
        lanes = {(watch.id, "heart_rate"): noon, (scale.id, "weight"): noon}
        deposit = Deposit(alice.actor, patient.id, lanes, "import", ())
        (receipt,) = deposits_store([deposit])
    found = {
        state.device.id: state.synced_at
        for state in selectors.device_states(alice.actor, patient.id)
    }
    assert found == {
        watch.id: receipt.received_at, scale.id: receipt.received_at, unused.id: None,
    }  # fmt: skip
