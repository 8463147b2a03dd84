"""FHIR Observations as readings: made ones, and all of the Synthea bundles."""

import json
import zipfile
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.conf import settings

from biometrics.importers.base import Options, Unreadable
from biometrics.importers.fhir import FHIR
from biometrics.importers.loinc import ALTERNATES, LOINC
from biometrics.metrics import METRICS
from biometrics.tests.importing import (
    MINUTE,
    OSLO,
    Everything,
    assert_resumes,
    everything,
    read,
)

REAL = Path(settings.CLINICITY_DATA_DIR) / "synthea_fhir"
MOMENT = "2024-03-10T08:00:00+01:00"
MOMENT_MS = 1_710_054_000_000
DAY = 1440 * MINUTE


def quantity(value: Any, unit: str) -> dict[str, Any]:
    return {"value": value, "unit": unit, "code": unit, "system": "http://unitsofmeasure.org"}


def coded(code: str, display: str = "", system: str = "http://loinc.org") -> dict[str, Any]:
    return {"coding": [{"system": system, "code": code, "display": display}]}


def observation(loinc: str = "8867-4", **more: Any) -> dict[str, Any]:
    """A heart rate of 62 of the patient p1, but for what is said."""
    whole = {
        "resourceType": "Observation", "status": "final", "code": coded(loinc),
        "subject": {"reference": "Patient/p1"}, "effectiveDateTime": MOMENT,
        "valueQuantity": quantity(62, "/min"),
    } | more  # fmt: skip
    return {key: value for key, value in whole.items() if value is not None}


def found(folder: Path, *resources: Any, **options: Any) -> Everything:
    path = folder / "bundle.json"
    entries = [{"fullUrl": "urn:uuid:1", "resource": resource} for resource in resources]
    path.write_text(json.dumps({"resourceType": "Bundle", "entry": entries, "type": "x"}))
    return read(FHIR, path, **({"zone": OSLO} | options))


def test_codes_lead_to_metrics_that_exist_and_no_code_to_two() -> None:
    alternates = [code for codes in ALTERNATES.values() for code in codes]
    own = [metric.loinc for metric in METRICS.values() if metric.loinc]
    assert set(ALTERNATES) <= set(METRICS)
    assert len(alternates) == len(set(alternates))
    assert not set(alternates) & set(own)


@pytest.mark.parametrize(
    ("code", "value", "metric", "expected"),
    [
        ("8867-4", quantity(62, "{beats}/min"), "heart_rate", 62),
        ("29463-7", quantity(110, "[lb_av]"), "weight", 49.8951607),
        ("3141-9", quantity(70, "kg"), "weight", 70),
        ("8302-2", quantity(70, "[in_i]"), "height", 177.8),
        ("8310-5", quantity(98.6, "[degF]"), "body_temperature", 37),
        ("8331-1", quantity(37, "Cel"), "body_temperature", 37),
        ("2339-0", quantity(90.078, "mg/dL"), "glucose", 5),
        ("99504-3", quantity(90.078, "mg/dL"), "interstitial_glucose", 5),
        ("19935-6", quantity(8, "L/s"), "peak_expiratory_flow", 480),
        ("55430-3", quantity(1, "[mi_i]"), "distance", 1609.344),
        ("59408-5", quantity(97, "%"), "spo2", 97),
        ("2708-6", quantity(0.97, "1"), "spo2", 97),
        ("39156-5", quantity(22, "kg/m2"), "body_mass_index", 22),
        ("72514-3", quantity(3, "{score}"), "pain", 3),
        ("55423-8", quantity(9000, "{steps}"), "steps", 9000),
        ("41950-7", quantity(9000, "1"), "steps", 9000),
        ("9279-1", {"value": 14, "unit": "breaths/minute"}, "respiratory_rate", 14),
    ],
)
def test_a_quantity_becomes_its_metric_in_the_metrics_unit(
    tmp_path: Path, code: str, value: dict[str, Any], metric: str, expected: float
) -> None:
    result = found(tmp_path, observation(code, valueQuantity=value))
    assert result.reasons == []
    assert result.metrics() == {metric}
    assert result.of(metric).value.tolist() == [pytest.approx(expected)]
    assert result.of(metric).start_ms.tolist() == [MOMENT_MS]
    assert result.of(metric).offset_min.tolist() == [60]


def test_components_are_samples_of_their_own(tmp_path: Path) -> None:
    parts = [
        {"code": coded("8480-6"), "valueQuantity": quantity(120, "mm[Hg]")},
        {"code": coded("8462-4"), "valueQuantity": quantity(10.7, "kPa")},
        {
            "code": coded("8478-0", "Mean blood pressure"),
            "valueQuantity": quantity(9, "mm[Hg]"),
        },
    ]
    result = found(tmp_path, observation("85354-9", valueQuantity=None, component=parts))
    assert result.of("systolic_blood_pressure").value.tolist() == [120]
    assert result.of("diastolic_blood_pressure").value.tolist() == [pytest.approx(80.25682)]
    assert result.ignored == {"Mean blood pressure (8478-0)": 1}


@pytest.mark.parametrize(
    ("times", "start", "length"),
    [
        ({"effectiveInstant": "2024-03-10T07:00:00.250Z"}, 250, 0),
        ({"effectiveDateTime": "2024-03-10T08:00:00"}, 0, 0),
        ({"effectiveDateTime": "2024-03-10"}, -480 * MINUTE, DAY),
        # The day when clocks go forward has 23 hours.
        ({"effectiveDateTime": "2024-03-31"}, 21 * DAY - 480 * MINUTE, 23 * 60 * MINUTE),
        ({"effectivePeriod": {"start": MOMENT, "end": "2024-03-10T07:30:00Z"}}, 0, 30 * MINUTE),
        ({"effectivePeriod": {"start": MOMENT}}, 0, 0),
        (
            {"effectivePeriod": {"start": "2024-03-10", "end": "2024-03-11"}},
            -480 * MINUTE,
            2 * DAY,
        ),
    ],
)
def test_ways_of_saying_the_time(
    tmp_path: Path, times: dict[str, Any], start: int, length: int
) -> None:
    result = found(tmp_path, observation(**({"effectiveDateTime": None} | times)))
    assert result.reasons == []
    assert result.of("heart_rate").start_ms.tolist() == [MOMENT_MS + start]
    assert result.of("heart_rate").duration_ms.tolist() == [length]


def samples(data: str | None, **more: Any) -> dict[str, Any]:
    whole = {
        "origin": quantity(0, "ms"), "period": 500, "dimensions": 1, "data": data,
    } | more  # fmt: skip
    return observation("80404-7", valueQuantity=None, valueSampledData=whole)


def test_sampled_data_are_samples_and_their_letters_gaps(tmp_path: Path) -> None:
    series = samples("80 E 81 L U 82.5 ? 83", factor=10, origin=quantity(5, "ms"))
    result = found(tmp_path, series)
    hrv = result.of("hrv_sdnn")
    assert hrv.value.tolist() == [805, 815, 830, 835]
    assert (hrv.start_ms - MOMENT_MS).tolist() == [0, 1000, 2500, 3500]
    assert set(hrv.duration_ms.tolist()) == {500}
    assert result.reasons == [
        (0, "1 of 8 samples are errors."),
        (0, "1 of 8 samples are below the lower limit."),
        (0, "1 of 8 samples are above the upper limit."),
        (0, "1 of 8 samples are no numbers."),
    ]


def test_a_period_that_is_no_whole_millisecond_doesnt_drift(tmp_path: Path) -> None:
    hrv = found(tmp_path, samples(" ".join(["80"] * 3001), period=1000 / 3)).of("hrv_sdnn")
    assert hrv.start_ms[-1] - hrv.start_ms[0] == 1_000_000
    assert np.array_equal(hrv.start_ms[:-1] + hrv.duration_ms[:-1], hrv.start_ms[1:])


@pytest.mark.parametrize(
    ("series", "said"),
    [
        (samples("1", dimensions=3), "3 dimensions"),
        (samples("1", period=0), "period is no length"),
        (samples("1", period=None), "period is no number"),
        (samples("1 1", period=1e300), "after the year 9999"),
        (observation("55423-8", valueQuantity=None, valueInteger="many"), "no number"),
        (observation(valueQuantity=quantity(10**400, "/min")), "too large"),
        (observation(effectiveDateTime="9999-12-31"), "no date"),
        (observation(effectiveDateTime="0001-01-01T00:00:00+01:00"), "before 1970"),
        (samples("1", origin=None), "no origin"),
        (samples("1", origin={"value": 0}), "no unit"),
        (samples(None), "no samples"),
        (observation(valueQuantity={"value": 62}), "no unit"),
        (observation(valueQuantity=quantity(62, "kg")), "not 'kg'"),
        (observation(valueQuantity=quantity("62", "/min")), "no number"),
        (observation(valueQuantity={"comparator": "<", **quantity(62, "/min")}), "only a bound"),
        (observation(valueQuantity=None, valueString="fast"), "given as valueString"),
        (observation(valueQuantity=None, dataAbsentReason={"coding": [{"code": "error"}]}),
         "no value (error)"),
        (observation(valueQuantity=None), "no reason given"),
        (observation(effectiveDateTime=None), "no time"),
        (observation(effectiveDateTime="2024-03"), "too coarse"),
        (observation(effectiveDateTime="2024-03-10T99:00:00Z"), "no time"),
        (observation(effectiveDateTime="1950-03-10"), "before 1970"),
        (observation(effectiveDateTime=None, effectivePeriod={"start": MOMENT, "end": "2024-03-09"}),
         "can't end before"),
    ],
)  # fmt: skip
def test_a_bad_observation_is_named_and_the_next_one_kept(
    tmp_path: Path, series: dict[str, Any], said: str
) -> None:
    result = found(tmp_path, series, observation())
    assert [number for number, _ in result.reasons] == [0]
    assert said in result.reasons[0][1]
    assert len(result.of("heart_rate")) == 1


def test_void_observations_other_resources_and_codes_are_counted(tmp_path: Path) -> None:
    result = found(
        tmp_path,
        {"resourceType": "Patient", "id": "p1", "name": [{"family": "Public"}]},
        observation(status="entered-in-error"),
        observation(status="cancelled"),
        observation(code=coded("718-7", "Hemoglobin")),
        observation(code=coded("8867-4", "pulse", "http://example.org/own")),
        observation(code={"text": "by hand"}),
        "no resource",
    )
    assert result.lanes == {}
    assert result.ignored == {
        "Patient": 1, "status entered-in-error": 1, "status cancelled": 1,
        "Hemoglobin (718-7)": 1, "pulse (8867-4)": 1, "by hand": 1, "what is no resource": 1,
    }  # fmt: skip


def test_one_patient_at_a_time(tmp_path: Path) -> None:
    def of(reference: str, value: float) -> dict[str, Any]:
        return observation(
            subject={"reference": reference}, valueQuantity=quantity(value, "/min")
        )

    several = [
        of("urn:uuid:p1", 60),
        of("Patient/p2", 70),
        of("http://x.org/fhir/Patient/p1", 61),
    ]
    first = found(tmp_path, *several)
    assert first.of("heart_rate").value.tolist() == [60, 61]
    assert first.reasons == [(1, "This is about another person: choose whose part to read.")]
    assert FHIR.people(tmp_path / "bundle.json") == ["p1", "p2"]
    second = found(tmp_path, *several, person="p2")
    assert second.of("heart_rate").value.tolist() == [70]
    assert second.ignored == {"of another person": 2}
    assert FHIR.people(tmp_path / "bundle.json") == ["p1", "p2"]
    found(tmp_path, several[0], several[2])
    assert FHIR.people(tmp_path / "bundle.json") == []


def test_the_device_is_named_by_the_file(tmp_path: Path) -> None:
    result = found(tmp_path, observation(device={"display": "Oximeter 7"}), observation())
    assert result.devices() == {"Oximeter 7", ""}


def test_lines_single_resources_folders_and_zips(tmp_path: Path) -> None:
    lines = [json.dumps(observation(valueQuantity=quantity(60 + n, "/min"))) for n in range(3)]
    (tmp_path / "a.ndjson").write_text("\n".join([lines[0], "{broken", *lines[1:]]))
    (tmp_path / "b.json").write_text(json.dumps(observation(), indent=2))
    with zipfile.ZipFile(tmp_path / "all.zip", "w") as archive:
        archive.write(tmp_path / "a.ndjson", "in/a.ndjson")
        archive.write(tmp_path / "b.json", "in/b.json")
    for source in (tmp_path, tmp_path / "all.zip"):
        assert FHIR.matches(source)
        result = read(FHIR, source)
        assert result.of("heart_rate").value.tolist() == [60, 61, 62, 62]
        assert result.reasons == [(1, "The line is no JSON.")]


@pytest.mark.parametrize("text", ["", "{}", "[]", "no json", '{"entry": [1]}'])
def test_other_files_are_not_taken_for_it(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.json").write_text(text)
    assert not FHIR.matches(tmp_path / "a.json")
    assert not FHIR.matches(tmp_path / "absent")
    with pytest.raises(Unreadable, match="no JSON files"):
        read(FHIR, (tmp_path / "empty").mkdir() or tmp_path / "empty")


def test_reading_resumes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    resources = [observation(valueQuantity=quantity(60 + n, "/min")) for n in range(30)]
    resources[3:3] = [{"resourceType": "Patient"}, observation(subject={"reference": "x/p2"})]
    resources[20:20] = [observation(subject={"reference": "x/p2"}), samples("1 E 2 3 4")]
    found(tmp_path, *resources)
    assert_resumes(FHIR, tmp_path / "bundle.json", monkeypatch, zone=OSLO)


@pytest.mark.realdata
@pytest.mark.skipif(
    not REAL.exists(), reason="Put the Synthea bundles into CLINICITY_DATA_DIR/synthea_fhir"
)
def test_real_bundles_give_every_quantity_that_has_a_metric() -> None:
    paths = sorted(REAL.glob("*.json"))
    samples: Counter[str] = Counter()
    ignored: Counter[str] = Counter()
    reasons: Counter[str] = Counter()
    for path in paths:
        assert FHIR.matches(path)
        result = everything(list(FHIR.read(path, Options(zone=OSLO))))
        reasons.update(reason for _, reason in result.reasons)
        samples.update({metric: len(lane) for (_, metric), lane in result.lanes.items()})
        ignored.update(result.ignored)
    expected, old, others = counted(paths)
    assert samples == expected
    assert reasons == {"The time is before 1970.": old}
    assert expected.total() + old == 1738
    assert ignored == others
    people = FHIR.people(REAL)
    assert len(people) == len(paths) == 30
    one = read(FHIR, REAL, person=people[0])
    assert 0 < sum(map(len, one.lanes.values())) < expected.total()


def counted(paths: list[Path]) -> tuple[Counter[str], int, Counter[str]]:
    """By metric, those before 1970, and what has no metric, straight from the JSON."""
    metrics, old, others = Counter[str](), 0, Counter[str]()
    for path in paths:
        for entry in json.loads(path.read_text())["entry"]:
            resource = entry["resource"]
            if resource["resourceType"] != "Observation":
                others[resource["resourceType"]] += 1
                continue
            for part in resource.get("component") or [resource]:
                code = part["code"]["coding"][0]
                if code["code"] in LOINC and resource["effectiveDateTime"] < "1970":
                    old += 1
                elif code["code"] in LOINC:
                    metrics[LOINC[code["code"]]] += 1
                else:
                    others[f"{code['display']} ({code['code']})"] += 1
    return metrics, old, others
