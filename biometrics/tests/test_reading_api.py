"""Measurements read back over the API, by the cast."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from biometrics.features.columns import columns_of
from biometrics.tests.measured import MINUTE, START, START_MS, measure, store, window
from clinicity.accounts.models import User
from clinicity.audit.models import AuditEvent
from patients.models import Patient
from patients.services import timeline_event_add

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]
ROOT = "/api/v1/biometrics"


@pytest.fixture
def devices(alice: User, patient: Patient) -> tuple[UUID, UUID]:
    return measure(alice, patient)


def get(client: APIClient, name: str, query: dict[str, Any]) -> Any:
    return client.get(f"{ROOT}/{name}/", query)


def queries_for(patient: Patient) -> dict[str, dict[str, Any]]:
    place = window(patient, "heart_rate")
    pair = {key: place[key] for key in ("patient_id", "start", "end")}
    return {
        "series": place,
        "rollups": place,
        "samples": place,
        "coverage": {"patient_id": str(patient.id), "last": "2026-01-19", "days": 30},
        "compare": pair | {"first": "heart_rate", "second": "steps"},
        "export": pair,
    }


@pytest.mark.parametrize(
    ("name", "act", "most"),
    [
        ("series", "reading.read", 16),
        ("rollups", "reading.read", 16),
        ("samples", "reading.read", 16),
        ("coverage", "reading.coverage", 18),
        ("compare", "reading.read", 30),
        ("export", "reading.export", 23),
    ],
)
def test_each_answers_alike_twice_is_on_record_and_frugal(
    api: Api, alice: User, patient: Patient, devices: tuple[UUID, UUID], name: str, act: str,
    most: int,
) -> None:  # fmt: skip
    client, query = api(alice), queries_for(patient)[name]
    before = AuditEvent.objects.filter(act=act, actor_id=alice.id).count()
    with CaptureQueriesContext(connection) as caught:
        first = get(client, name, query)
    assert first.status_code == 200, first.content
    assert len(caught) <= most, "\n".join(entry["sql"][:60] for entry in caught)
    if name != "export":
        assert get(client, name, query).json() == first.json()
    assert AuditEvent.objects.filter(act=act, actor_id=alice.id).count() > before


@pytest.mark.parametrize(
    "name", ["series", "rollups", "samples", "coverage", "compare", "export"]
)
def test_strangers_and_anonymous_are_refused(
    api: Api, charlie: User, bob: User, patient: Patient, name: str
) -> None:
    query = queries_for(patient)[name]
    assert get(api(charlie), name, query).status_code == 404
    assert get(api(), name, query).status_code == 401
    assert get(api(bob), name, query).status_code == 200


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("series", {"metric": "aura"}),
        ("series", {"unit": "furlong"}),
        ("series", {"end": START.isoformat()}),
        ("series", {"algorithm": "guess"}),
        ("series", {"resolution": "week"}),
        ("rollups", {"cursor": "x"}),
        ("rollups", {"metric": "aura"}),
        ("rollups", {"period": "week"}),
        ("samples", {"cursor": "1.2.3"}),
        ("samples", {"size": 0}),
        ("coverage", {"days": 9999}),
        ("coverage", {"metrics": "aura"}),
        ("compare", {"second": "heart_rate"}),
        ("compare", {"second": "sleep_stage"}),
        ("export", {"format": "xlsx"}),
        ("export", {"metrics": "aura"}),
        ("export", {"end": START.isoformat()}),
    ],
)
def test_bad_input_is_a_problem_detail(
    api: Api, alice: User, patient: Patient, name: str, change: dict[str, Any]
) -> None:
    answer = get(api(alice), name, queries_for(patient)[name] | change)
    assert answer.status_code == 400, answer.content
    assert answer["Content-Type"] == "application/problem+json"


def test_a_series_names_gaps_doubts_and_devices(
    api: Api, alice: User, patient: Patient, devices: tuple[UUID, UUID]
) -> None:
    found = get(api(alice), "series", window(patient, "heart_rate", points=10_000)).json()
    assert (found["total"], found["unit"], found["unit_text"]) == (1296, "/min", "/min")
    (gap,) = found["gaps"]
    day = 86_400_000
    assert gap == [START_MS + 5 * day - 10 * MINUTE, START_MS + 6 * day]
    assert [found["v"][place] for place in found["implausible"]] == [400.0]
    assert found["v"].count(None) == 1
    assert [device["name"] for device in found["devices"]] == ["Watch"]
    assert len(found["device"]) == len(found["t"]) == len(found["v"])


def test_a_series_is_thinned_by_either_algorithm_and_never_when_raw(
    api: Api, alice: User, patient: Patient, devices: tuple[UUID, UUID]
) -> None:
    client = api(alice)
    for algorithm in ("lttb", "minmaxlttb"):
        query = window(patient, "heart_rate", points=100, algorithm=algorithm)
        found = get(client, "series", query).json()
        assert len([v for v in found["v"] if v is not None]) == 100
        assert 400.0 in found["v"]
    raw = get(client, "series", window(patient, "heart_rate", points=100, resolution="raw"))
    assert len(raw.json()["t"]) == 1297


def test_a_zoom_gives_single_samples_of_one_device_in_another_unit(
    api: Api, alice: User, patient: Patient, devices: tuple[UUID, UUID]
) -> None:
    store(
        alice,
        patient,
        devices[1],
        body_temperature=columns_of([START_MS, START_MS + 1], [37, 38]),
    )
    query = window(
        patient, "body_temperature", unit="[degF]", device_id=str(devices[1]),
        end="2026-01-10T00:00:01Z",
    )  # fmt: skip
    found = get(api(alice), "series", query).json()
    assert found["v"] == pytest.approx([98.6, 100.4])
    assert found["unit_text"] == "°F"
    none = get(api(alice), "series", query | {"device_id": str(devices[0])}).json()
    assert none["v"] == []


def test_days_of_steps_are_sums_and_of_sleep_minutes(
    api: Api, alice: User, patient: Patient, devices: tuple[UUID, UUID]
) -> None:
    client = api(alice)
    steps = get(client, "series", window(patient, "steps", resolution="day")).json()
    assert steps["v"][0] == 144 * 50
    assert steps["low"] == []
    nights = get(client, "rollups", window(patient, "sleep_stage")).json()["items"]
    assert nights[0]["minutes"] == {"light": 60.0}
    # The rest of the light sleep and the deep one fall on the day after.
    assert nights[1]["minutes"] == {"light": 90.0, "deep": 30.0}
    assert (nights[0]["kind"], nights[0]["value"], nights[0]["unit"]) == (
        "time_in_state",
        None,
        "min",
    )


def test_rollups_merge_or_part_devices(
    api: Api, alice: User, patient: Patient, devices: tuple[UUID, UUID]
) -> None:
    client = api(alice)
    merged = get(client, "rollups", window(patient, "steps")).json()["items"]
    assert len(merged) == 9
    assert {item["device_id"] for item in merged} == {str(devices[0])}
    assert (merged[0]["value"], merged[0]["kind"], merged[0]["coverage"]) == (
        7200.0,
        "sum",
        1.0,
    )
    apart = get(client, "rollups", window(patient, "steps", merged=False)).json()["items"]
    assert len(apart) == 11
    assert sorted(item["value"] for item in apart[:2]) == [6960.0, 7200.0]


def test_rollups_page_by_period(
    api: Api, alice: User, patient: Patient, devices: tuple[UUID, UUID]
) -> None:
    client, query = api(alice), window(patient, "steps", size=4, merged=False)
    seen: list[str] = []
    cursor = None
    while cursor or not seen:
        page = get(client, "rollups", query | ({"cursor": cursor} if cursor else {})).json()
        seen += [item["start"] + (item["device_id"] or "") for item in page["items"]]
        cursor = page["next_cursor"]
    assert len(seen) == len(set(seen)) == 11


def test_hours_carry_their_range_and_zone(
    api: Api, alice: User, patient: Patient, devices: tuple[UUID, UUID]
) -> None:
    page = get(api(alice), "rollups", window(patient, "heart_rate", period="hour")).json()
    assert page["time_zone"] == "Europe/London"
    second = page["items"][1]
    assert (second["count"], second["high"]) == (6, 400.0)
    assert second["coverage"] is None


def test_coverage_counts_hours_days_and_gaps(
    api: Api, alice: User, patient: Patient, devices: tuple[UUID, UUID]
) -> None:
    query = {"patient_id": str(patient.id), "last": "2026-01-22", "days": 20}
    found = get(api(alice), "coverage", query).json()
    by_code = {part["metric"]: part for part in found["metrics"]}
    heart = by_code["heart_rate"]
    assert (heart["counted_by"], heart["days_with_data"]) == ("hours", 9)
    assert heart["days"][0] | {"implausible": 0} == {
        "day": "2026-01-10", "samples": 144, "expected": None, "hours": 24,
        "hours_of_day": 24, "share": 1.0, "implausible": 0,
    }  # fmt: skip
    assert heart["current_gap"] == {"first": "2026-01-20", "last": "2026-01-22", "days": 3}
    assert heart["longest_gap"]["days"] == 3
    assert by_code["weight"]["counted_by"] == "samples"
    watch = next(part for part in found["devices"] if part["name"] == "Watch")
    assert {lane["metric"] for lane in watch["metrics"]} == {
        "heart_rate", "steps", "sleep_stage", "weight",
    }  # fmt: skip
    assert watch["metrics"][0]["measured_on"] == "2026-01-19"


def test_compare_abstains_below_its_number_and_says_association_above(
    api: Api, alice: User, patient: Patient, devices: tuple[UUID, UUID]
) -> None:
    client, query = api(alice), queries_for(patient)["compare"]
    few = get(client, "compare", query).json()
    assert (few["abstained"], few["n"], few["associations"]) == ("too_few", 9, [])
    assert "too few" in few["sentence"]
    flat = get(client, "compare", query | {"period": "hour"}).json()
    assert flat["abstained"] == "no_variation"
    times = START_MS + 86_400_000 * 0 + 3_600_000 * (columns_of(range(100), [0] * 100).start_ms)
    store(alice, patient, None, stress=columns_of(times, (times // 3_600_000 * 7 % 11) / 2))
    store(alice, patient, None, mood=columns_of(times, (times // 3_600_000 * 7 % 11) / 2))
    both = query | {"first": "stress", "second": "mood", "period": "hour"}
    told = get(client, "compare", both).json()
    assert told["associations"][0]["r"] == pytest.approx(1)
    assert "is associated with higher" in told["sentence"]
    assert len(told["t"]) == told["n"] == 100


def test_annotations_come_with_the_series(
    api: Api, alice: User, patient: Patient, devices: tuple[UUID, UUID]
) -> None:
    timeline_event_add(
        by=alice.actor, patient_id=patient.id, kind="note", title="Lithium raised",
        occurred_at=START,
    )  # fmt: skip
    query = window(patient, "heart_rate", annotations=True)
    (mark,) = get(api(alice), "series", query).json()["annotations"]
    assert (mark["text"], mark["t"]) == ("Lithium raised", START_MS)


def test_the_catalogue_lists_every_metric(api: Api, alice: User) -> None:
    items = api(alice).get(f"{ROOT}/metrics").json()["items"]
    by_code = {item["metric"]: item for item in items}
    assert by_code["glucose"]["units"] == ["mmol/L", "mg/dL"]
    assert by_code["sleep_stage"]["states"]["2"] == "deep"
    assert api().get(f"{ROOT}/metrics").status_code == 401
