"""PMData: made to its shape, and the whole of it."""

import csv
import json
from collections import Counter, defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from django.conf import settings

from biometrics.importers.base import Options, Unreadable
from biometrics.importers.pmdata import PMDATA
from biometrics.metrics import METRICS
from biometrics.tests.imports import (
    OSLO,
    assert_resumes,
    ignored_in,
    lanes_of,
    samples,
    write_tree,
    zipped,
)  # fmt: skip
from biometrics.tests.test_import_fitbit import at, night

REAL = Path(settings.CLINICITY_DATA_DIR) / "pmdata"
DAILY = {
    "steps": "steps",
    "sedentary_minutes": "sedentary_time",
    "lightly_active_minutes": "light_activity",
    "moderately_active_minutes": "moderate_activity",
    "very_active_minutes": "vigorous_activity",
}
GOOD_AT_FIVE, BAD_AT_ONE = ("mood", "sleep_quality"), ("fatigue", "soreness", "stress")
WELLNESS = (
    "effective_time_frame,fatigue,mood,readiness,sleep_duration_h,sleep_quality,soreness,"
    "soreness_area,stress\n"
    "2019-11-01T08:31:40.751Z,2,3,5,6,4,1,[12921003],5\n"
    "2019-11-02T08:00:00.000Z,0,0,0,0,0,0,[],0\n"
    "2019-11-03T08:00:00.000Z,2,3,0,6,4,1,[],0\n"
    "yesterday,2,3,0,6,4,1,[],3\n"
    "2019-11-04T08:00:00.000Z,two,3,0,6,4,1,[],3\n"
)
FILES = {
    "p01/fitbit/sleep.json": json.dumps([night("2019-11-01 23:00:00", "2019-11-02T01:00:00.000")]),
    "p01/fitbit/resting_heart_rate.json":
        '[{"dateTime": "2019-11-01 00:00:00", "value": {"date": null, "value": 0.0}}]',
    "p01/pmsys/wellness.csv": WELLNESS,
    "p01/pmsys/srpe.csv":
        "end_date_time,activity_names,perceived_exertion,duration_min\n"
        "2019-11-05T22:51:54.710Z,\"['individual', 'running']\",7,30\n"
        "2019-11-06T22:51:54.710Z,[],7,long\n",
    "p01/pmsys/injury.csv": "effective_time_frame,injuries\n2019-11-07T06:39:48.428Z,{}\n",
    "p01/googledocs/reporting.csv":
        "date,timestamp,meals,weight,glasses_of_fluid,alcohol_consumed\n"
        '20/11/2019,20/11/2019 21:05:00,"Breakfast, Lunch",82.5,6,No\n',
    "p02/pmsys/wellness.csv": WELLNESS,
    "p10/pmsys/wellness.csv": WELLNESS,
}  # fmt: skip


@pytest.mark.parametrize("packed", [False, True])
def test_one_person_of_several(tmp_path: Path, packed: bool) -> None:
    tree = write_tree(tmp_path / "pmdata", FILES)
    source = zipped(tree, tmp_path / "pmdata.zip") if packed else tree
    assert PMDATA.matches(source)
    assert PMDATA.people(source) == ["p01", "p02", "p10"]
    chunks = list(PMDATA.read(source, Options(zone=OSLO, person="p01")))
    lanes = lanes_of(chunks)
    found = {lane: columns.value.tolist() for lane, columns in lanes.items()}
    # Much fatigue, soreness and stress is 1 on PMSys and 10 here.
    assert found["PMSys", "fatigue"] == [7.5, 7.5]
    assert found["PMSys", "soreness"] == [10, 10, 10]
    assert found["PMSys", "stress"] == [0, 5]
    assert found["PMSys", "mood"] == [5, 5, 5]
    assert found["PMSys", "sleep_quality"] == [7.5, 7.5, 7.5]
    assert found["PMSys", "readiness"] == [5, 0, 0]
    assert found["PMSys", "sleep_duration"] == [6, 6, 6]
    assert int(lanes["PMSys", "mood"].start_ms[0]) == at("2019-11-01 08:31:40") * 1000 + 751
    assert samples(lanes["PMSys", "exercise"]) == [(at("2019-11-05 22:21:54"), 1800, 30)]
    assert samples(lanes["PMSys", "perceived_exertion"]) == [
        (at("2019-11-05 22:21:54"), 1800, 7)
    ]  # fmt: skip
    assert samples(lanes["Daily form", "weight"]) == [(at("2019-11-20 20:05:00"), 0, 82.5)]
    assert found["Fitbit", "sleep_session"] == [1.5]
    ignored = ignored_in(chunks)
    assert ignored["injury"] == ignored["resting_heart_rate 0 (missing)"] == 1
    assert ignored["wellness mood 0 (not answered)"] == 1
    assert ignored["wellness stress 0 (not answered)"] == 2
    assert ignored["reporting alcohol_consumed"] == 1
    reasons = [why for chunk in chunks for _, why in chunk.reasons]
    assert len(reasons) == 3
    for part in ("'yesterday' is no time", "fatigue: 'two'", "'long' is no duration"):
        assert part in " ".join(reasons)
    assert {metric for _, metric in lanes} <= METRICS.keys()
    assert_resumes(PMDATA, source, Options(zone=OSLO, person="p01"))


@pytest.mark.parametrize("person", ["", "p03"])
def test_who_is_asked_for(tmp_path: Path, person: str) -> None:
    source = write_tree(tmp_path, FILES)
    with pytest.raises(Unreadable, match="p01, p02, p10"):
        list(PMDATA.read(source, Options(person=person)))


def test_what_is_no_pmdata(tmp_path: Path) -> None:
    assert not PMDATA.matches(write_tree(tmp_path, {"wellness.csv": WELLNESS}))
    assert not PMDATA.matches(tmp_path / "absent")


def entries(person: str, name: str) -> list[dict[str, Any]]:
    path = REAL / person / "fitbit" / f"{name}.json"
    return json.loads(path.read_text()) if path.exists() else []


def rows(person: str, name: str) -> list[dict[str, str]]:
    with (REAL / person / name).open(newline="") as file:
        return list(csv.DictReader(file))


def independent(person: str) -> dict[str, list[float]]:
    """The figures of a person by json and csv alone, by device and metric."""
    nights, sessions = entries(person, "sleep"), entries(person, "exercise")
    resting = [entry["value"]["value"] for entry in entries(person, "resting_heart_rate")]
    efforts = rows(person, "pmsys/srpe.csv")
    found = {
        **{
            f"Fitbit {metric}": [float(entry["value"]) for entry in entries(person, name)]
            for name, metric in DAILY.items()
        },
        "Fitbit resting_heart_rate": [value for value in resting if value],
        "Fitbit exercise": [log["activeDuration"] / 60_000 for log in sessions],
        "Fitbit vo2_max": [log["vo2Max"]["vo2Max"] for log in sessions if "vo2Max" in log],
        "Fitbit sleep_session": [log["minutesAsleep"] / 60 for log in nights],
        "Fitbit time_in_bed": [log["timeInBed"] / 60 for log in nights],
        "Fitbit sleep_efficiency": [log["efficiency"] for log in nights],
        "Fitbit sleep_latency": [log["minutesToFallAsleep"] for log in nights],
        "Fitbit wake_after_sleep_onset": [log["minutesAwake"] for log in nights],
        "Fitbit sleep_index": [
            float(row["overall_score"]) for row in rows(person, "fitbit/sleep_score.csv")
        ],
        "PMSys exercise": [float(row["duration_min"]) for row in efforts],
        "PMSys perceived_exertion": [float(row["perceived_exertion"]) for row in efforts],
        **wellness(person),
    }
    return {lane: values for lane, values in found.items() if values}


def wellness(person: str) -> dict[str, list[float]]:
    """Ratings of 1 … 5 on 0 … 10, three of them the other way round."""
    found: dict[str, list[float]] = defaultdict(list)
    for row in rows(person, "pmsys/wellness.csv"):
        given = {name: int(row[name]) for name in GOOD_AT_FIVE + BAD_AT_ONE}
        if not any(given.values()):
            continue
        found["PMSys readiness"].append(float(row["readiness"]))
        found["PMSys sleep_duration"].append(float(row["sleep_duration_h"]))
        for name, rating in given.items():
            if rating:
                steps = 5 - rating if name in BAD_AT_ONE else rating - 1
                found[f"PMSys {name}"].append(2.5 * steps)
    return found


def stage_seconds(person: str) -> Counter[int]:
    """Seconds by stage, a second at a time: short awakenings over the stages below."""
    codes = {
        "wake": 0, "awake": 0, "light": 1, "deep": 2, "rem": 3, "asleep": 4, "restless": 6,
    }  # fmt: skip
    total: Counter[int] = Counter()
    for log in json.loads((REAL / person / "fitbit/sleep.json").read_text()):
        base = np.datetime64(log["startTime"].replace(" ", "T"))
        line = np.full(2 * 86_400, -1)
        levels = log["levels"]
        for level in levels["data"] + levels.get("shortData", []):
            if level["level"] in codes:
                start = int((np.datetime64(level["dateTime"]) - base) / np.timedelta64(1, "s"))
                line[start : start + level["seconds"]] = codes[level["level"]]
        total.update(line[line >= 0].tolist())
    return total


@pytest.mark.realdata
@pytest.mark.skipif(not REAL.exists(), reason="Put PMData into CLINICITY_DATA_DIR/pmdata")
def test_everything_of_everyone_in_pmdata() -> None:
    people = PMDATA.people(REAL)
    assert people == [f"p{n:02}" for n in range(1, 11)]
    for person in people:
        chunks = list(PMDATA.read(REAL, Options(zone=OSLO, person=person)))
        assert not [reason for chunk in chunks for reason in chunk.reasons]
        lanes = {" ".join(lane): columns for lane, columns in lanes_of(chunks).items()}
        stages = lanes.pop("Fitbit sleep_stage")
        expected = independent(person)
        assert lanes.keys() == expected.keys()
        for lane, columns in lanes.items():
            assert len(columns) == len(expected[lane]), (person, lane)
            assert columns.value.sum() == pytest.approx(sum(expected[lane])), (person, lane)
        seconds: Counter[int] = Counter()
        for code, lasts in zip(stages.value, stages.duration_ms, strict=True):
            seconds[int(code)] += int(lasts) // 1000
        assert seconds == stage_seconds(person), person


@pytest.mark.realdata
@pytest.mark.skipif(not REAL.exists(), reason="Put PMData into CLINICITY_DATA_DIR/pmdata")
def test_pmdata_goes_on_at_each_border() -> None:
    assert assert_resumes(PMDATA, REAL, Options(zone=OSLO, person="p10")) > 3


@pytest.mark.realdata
@pytest.mark.skipif(not REAL.exists(), reason="Put PMData into CLINICITY_DATA_DIR/pmdata")
def test_steps_are_few_while_asleep_as_the_times_are_read() -> None:
    """Steps in UTC and nights on the local clock: an hour off there would be many more."""
    lanes = lanes_of(PMDATA.read(REAL, Options(zone=OSLO, person="p03")))
    steps, nights = lanes["Fitbit", "steps"], lanes["Fitbit", "time_in_bed"]

    def asleep(shift_ms: int) -> float:
        inside = np.zeros(len(steps), dtype=bool)
        for start, lasts in zip(nights.start_ms, nights.duration_ms, strict=True):
            inside |= (steps.start_ms + shift_ms >= start) & (
                steps.start_ms + shift_ms < start + lasts
            )
        return float(steps.value[inside].sum())

    assert asleep(0) < 3000 < 15_000 < min(asleep(3_600_000), asleep(-3_600_000))
