"""Bodies in every form: what is kept, and what is said of the rest."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from biometrics import selectors
from biometrics.bodies import MOST_EVENTS, head_of, intake_of
from biometrics.features.columns import NO_SEQUENCE
from biometrics.intake import parcel_of
from biometrics.samples import FEW, Checked
from biometrics.services import device_register
from biometrics.tests.knocking import ask
from clinicity.accounts.models import User
from clinicity.accounts.tokens import pair_issue
from clinicity.common.actors import WORKER
from clinicity.common.exceptions import Invalid
from patients.models import Patient
from patients.services import patient_create

WHO = UUID("01900000-0000-7000-8000-000000000000")
NOON = datetime(2025, 4, 1, 12, tzinfo=UTC)
NOON_MS = round(NOON.timestamp() * 1000)
MINUTES = [NOON_MS + 60_000 * n for n in range(3)]
TEXTS = [f"2025-04-01T14:0{n}:00+02:00" for n in range(3)]


def column(**given: Any) -> dict[str, Any]:
    return {"data_type": "heart_rate", "timestamp": TEXTS, "value": [60, 61, 62]} | given


def event(minute: int = 0, **given: Any) -> dict[str, Any]:
    at = (NOON + timedelta(minutes=minute)).isoformat()
    return {"data_type": "heart_rate", "timestamp": at, "data": {"bpm": 60 + minute}} | given


def found(*columns: dict[str, Any], **head: Any) -> Checked:
    body = {"patient_id": str(WHO), "columns": list(columns)} | head
    return parcel_of(json.dumps(body).encode()).found[WHO]


def refused(body: Any) -> str:
    with pytest.raises(Invalid) as refusal:
        parcel_of(body if isinstance(body, bytes) else json.dumps(body).encode())
    return refusal.value.detail


# --- columns -------------------------------------------------------------------------


@pytest.mark.parametrize("times", [1, FEW])
def test_columns_of_texts_and_of_milliseconds_say_the_same(times: int) -> None:
    """Few are read one by one, many at once."""
    values, size = [60.0, 61.0, 62.0] * times, 3 * times
    by_text = found(column(timestamp=TEXTS * times, value=values)).columns["heart_rate"]
    by_ms = found(column(timestamp=MINUTES * times, value=values, offset_min=120)).columns[
        "heart_rate"
    ]
    for one in (by_text, by_ms):
        assert one.start_ms.tolist() == MINUTES * times
        assert one.value.tolist() == values
        assert one.offset_min.tolist() == [120] * size
        assert one.sequence.tolist() == [NO_SEQUENCE] * size


@pytest.mark.parametrize("times", [1, FEW])
@pytest.mark.parametrize(
    ("given", "name", "due"),
    [
        ({"unit": "Hz"}, "value", [3600, 3660, 3720]),
        ({"end": [*TEXTS[1:], None]}, "duration_ms", [60_000, 60_000, 0]),
        ({"end": [each + 5 for each in MINUTES], "timestamp": MINUTES}, "duration_ms", [5, 5, 5]),
        ({"duration_ms": 1000}, "duration_ms", [1000] * 3),
        ({"duration_ms": [1, 2, 3]}, "duration_ms", [1, 2, 3]),
        ({"sequence": [7, 8, -1]}, "sequence", [7, 8, -1]),
        ({"offset_min": [-210, 0, 345]}, "offset_min", [-210, 0, 345]),
    ],
)  # fmt: skip
def test_what_a_column_says_of_its_samples(
    times: int, given: dict[str, Any], name: str, due: list[int]
) -> None:
    sent = column(**given)
    sent = {k: v * times if isinstance(v, list) else v for k, v in sent.items()}
    result = found(sent)
    assert result.reasons == []
    assert getattr(result.columns["heart_rate"], name).tolist() == due * times


@pytest.mark.parametrize("name", ["value", "end", "duration_ms", "sequence", "offset_min"])
def test_column_of_another_length_is_refused(name: str) -> None:
    body = {"patient_id": str(WHO), "columns": [column(**{name: [0, 0]})]}
    assert refused(body) == f"`{name}` of heart_rate has 2 entries, not 3."


def test_reasons_count_on_through_the_columns() -> None:
    result = found(
        column(value=[60, None, 62]),
        column(data_type="nonsense"),
        column(data_type="steps", unit="miles", timestamp=["2025-04-01T14:00:00Z"], value=[1]),
        column(timestamp=[TEXTS[0], "noon", TEXTS[2]]),
    )
    told = [(index, field) for index, field, _ in result.reasons]
    assert told == [
        (1, "data"), (3, "data_type"), (4, "data_type"), (5, "data_type"), (6, "unit"),
        (8, "timestamp"),
    ]  # fmt: skip
    assert len(result.columns["heart_rate"]) == 4


# --- what is wrong, and where --------------------------------------------------------


def test_errors_name_index_and_field() -> None:
    events = [
        event(0), event(1, data_type=5), {"data_type": "heart_rate"}, event(2, timestamp="noon"),
        event(3, data={"bpm": True}), event(4, unit="mmHg"), event(5, end="2025-04-01T00:00:00Z"),
        event(6, sequence=2**64), event(7, data_type="nonsense"), 7, event(9),
    ]  # fmt: skip
    parcel = parcel_of(json.dumps({"patient_id": str(WHO), "events": events}).encode())
    told = [(index, field) for index, field, _ in (*parcel.reasons, *parcel.found[WHO].reasons)]
    assert sorted(told) == [
        (1, "data_type"), (2, "timestamp"), (3, "timestamp"), (4, "data"), (5, "unit"),
        (6, "end"), (7, "sequence"), (8, "data_type"), (9, ""),
    ]  # fmt: skip
    assert len(parcel.found[WHO].columns["heart_rate"]) == 2


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "truncated"),
        (b"\xff", "malformed"),
        ({"patient_id": "me", "events": []}, "UUID"),
        ({"patient_id": str(WHO), "events": []}, "no event"),
        ({"patient_id": str(WHO), "columns": []}, "no event"),
        ({"events": [event()]}, "This is needed."),
        (b'{"events": [' + b"[" * 100_000, "nested too deeply"),
        (b"[" * 100_000, "nested too deeply"),
        ([event()] * (MOST_EVENTS + 1), f"at most {MOST_EVENTS}"),
        (b"[" + b"[]," * 2 * 10**6 + b"[]]", f"at most {MOST_EVENTS}"),
    ],
)  # fmt: skip
def test_body_that_cannot_be_read_is_told_why(body: Any, why: str) -> None:
    assert why in refused(body)


def test_what_is_a_head_and_what_an_event() -> None:
    assert head_of(f'{{"patient_id": "{WHO}"}}'.encode()).patient_id == WHO  # type: ignore[union-attr]
    for line in (json.dumps(event()), '{"timestamp": 5}', "{}", '{"patient_id": 5}', "7", "["):
        assert head_of(line.encode()) is None


def test_events_of_several_patients_keep_the_order_of_mention() -> None:
    other = UUID(int=WHO.int + 1)
    body = [event(0, patient_id=str(other)), event(1, patient_id=str(WHO)), event(2)]
    intake = intake_of(json.dumps(body).encode())
    assert list(intake.patients) == [other, WHO, None]
    assert [part.indexes for part in intake.patients[None]] == [[2]]


# --- through the door ----------------------------------------------------------------


@pytest.fixture
def token(real_transactions: None, alice: User) -> str:
    return pair_issue(alice).access


@pytest.fixture
def other(alice: User) -> Patient:
    return patient_create(
        by=alice.actor, first_name="Ida", last_name="Two", date_of_birth=date(1990, 1, 1)
    )


def sent(token: str, body: Any) -> tuple[int, dict[str, Any]]:
    return ask(token, json.dumps(body).encode())


def count(patient: Patient) -> int:
    span = NOON - timedelta(days=1), NOON + timedelta(days=1)
    return len(selectors.readings_array(WORKER, patient.id, "heart_rate", *span).values)


def test_atomic_body_is_stored_wholly_or_not_at_all(token: str, patient: Patient) -> None:
    body = {"patient_id": str(patient.id), "events": [event(0), event(1, unit="mmHg")]}
    status, answer = sent(token, body | {"atomic": True})
    assert (status, count(patient)) == (400, 0)
    assert [(each["index"], each["field"]) for each in answer["rejected"]] == [(1, "unit")]
    assert sent(token, body)[1]["accepted"] == 1
    assert sent(token, body | {"atomic": True, "events": [event(5), event(6)]})[0] == 201


def test_atomic_body_with_a_stranger_is_not_stored(token: str, patient: Patient) -> None:
    events = [event(0, patient_id=str(patient.id)), event(1, patient_id=str(WHO))]
    status, answer = sent(token, {"atomic": True, "events": events})
    assert (status, count(patient)) == (400, 0)
    assert [(each["index"], each["field"]) for each in answer["rejected"]] == [
        (1, "patient_id")
    ]


def test_several_patients_get_a_receipt_each(
    token: str, patient: Patient, other: Patient
) -> None:
    whose = [patient.id, other.id, WHO, patient.id]
    body = [event(n, patient_id=str(who)) for n, who in enumerate(whose)]
    status, answer = sent(token, body)
    receipts = {each["patient_id"]: each for each in answer["receipts"]}
    assert status == 201
    assert {who: each["accepted"] for who, each in receipts.items()} == {
        str(patient.id): 2, str(other.id): 1,
    }  # fmt: skip
    told = [
        (each["index"], each["field"], each["reason"])
        for receipt in receipts.values()
        for each in receipt["reasons"]
    ]
    assert told == [(2, "patient_id", "There is no such patient.")]
    assert (count(patient), count(other)) == (2, 1)


def test_device_of_another_patient_is_refused(
    token: str, alice: User, patient: Patient, other: Patient
) -> None:
    watch = device_register(by=alice.actor, patient_id=other.id, name="Watch")
    body = {"device_id": str(watch.id), "events": [event()]}
    assert sent(token, body | {"patient_id": str(patient.id)})[0] == 404
    assert count(patient) == 0
    assert sent(token, body | {"patient_id": str(other.id)})[0] == 201
    both = [event(5, patient_id=str(who.id)) for who in (other, patient)]
    assert sent(token, {"device_id": str(watch.id), "events": both})[0] == 404
    assert (count(patient), count(other)) == (0, 1)
