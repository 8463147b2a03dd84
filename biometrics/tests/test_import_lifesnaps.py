"""LifeSnaps' daily table: made to its shape, and the whole of it."""

import csv
from collections import Counter, defaultdict
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings

from biometrics.importers.base import Options, Unreadable
from biometrics.importers.lifesnaps import FEELINGS, LIFESNAPS, VALUES
from biometrics.metrics import METRICS
from biometrics.tests.imports import assert_resumes, ignored_in, lanes_of, samples, write_tree
from biometrics.tests.test_import_fitbit import at

REAL = Path(settings.CLINICITY_DATA_DIR) / "lifesnaps"
NAME = "daily_fitbit_sema_df_unprocessed.csv"
ATHENS = ZoneInfo("Europe/Athens")
COLUMNS = (
    ",id,date,nightly_temperature,rmssd,spo2,sleep_points_percentage,bmi,sleep_duration,"
    "minutesAsleep,steps,age,ALERT,HAPPY,SAD,HOME"
)
ROWS = [
    "0,a1,2021-05-24,34.1,89.6,,0.75,<19,31260000.0,445.0,8833.0,<30,1.0,0.0,1.0,1.0",
    "1,b2,2021-05-24,33.0,40.0,95.1,0.5,24.0,,,100.0,<30,,,,",
    "2,a1,2021-10-31,,0.0,96.0,0.0,22.0,,,0.0,,0.0,0.5,,",
    "3,a1,someday,,,,,,,,10.0,,,,,",
    "4,a1,2021-03-28,warm,,,,,,,10.0,,,,,",
]


def made(folder: Path) -> Path:
    return write_tree(folder, {NAME: "\n".join([COLUMNS, *ROWS]) + "\n"})


def test_one_person_of_two(tmp_path: Path) -> None:
    source = made(tmp_path)
    assert LIFESNAPS.matches(source)
    assert LIFESNAPS.matches(source / NAME)
    assert LIFESNAPS.people(source) == ["a1", "b2"]
    chunks = list(LIFESNAPS.read(source, Options(zone=ATHENS, person="a1")))
    found = {metric: samples(c) for (_, metric), c in lanes_of(chunks).items()}
    first, back = at("2021-05-23 21:00:00"), at("2021-10-30 21:00:00")
    forward, day, hour = at("2021-03-27 22:00:00"), 86_400, 3600
    assert found == {
        "skin_temperature": [(first, day, 34.1)],
        "hrv_rmssd": [(first, day, 89.6)],
        "spo2": [(back, day + hour, 96)],
        "sleep_points": [(first, day, 75)],
        "body_mass_index": [(back, day + hour, 22)],
        "time_in_bed": [(first, day, pytest.approx(31260 / 3600))],
        "sleep_duration": [(first, day, pytest.approx(445 / 60))],
        "steps": [(first, day, 8833), (back, day + hour, 0), (forward, day - hour, 10)],
        "feeling": [(first, day, 6), (first, day, 2)],
    }
    assert ignored_in(chunks) == {
        "age": 1, "HOME": 1, "bmi as a range": 1, "rmssd 0 (missing)": 1,
        "sleep_points_percentage 0 (missing)": 1,
    }  # fmt: skip
    assert [reason for chunk in chunks for reason in chunk.reasons] == [
        (3, "'someday' is no date."),
        (2, "HAPPY: '0.5' is neither 0 nor 1."),
        (4, "nightly_temperature: 'warm' is no number."),
    ]
    assert chunks[-1].position == 5


@pytest.mark.parametrize("person", ["", "c3"])
def test_who_is_asked_for(tmp_path: Path, person: str) -> None:
    with pytest.raises(Unreadable, match="a1, b2"):
        list(LIFESNAPS.read(made(tmp_path), Options(person=person)))


def test_what_is_no_lifesnaps(tmp_path: Path) -> None:
    source = write_tree(tmp_path, {"a.csv": "id,date\n", "b.txt": "x"})
    assert not LIFESNAPS.matches(source)
    assert not LIFESNAPS.matches(tmp_path / "absent")
    with pytest.raises(Unreadable, match="no daily table"):
        LIFESNAPS.people(source)


def test_every_metric_is_in_the_catalogue() -> None:
    assert {value.metric for value in VALUES.values()} <= METRICS.keys()
    assert set(FEELINGS.values()) <= METRICS["feeling"].states.keys()


def test_a_row_of_another_kind_of_text_ends_with_a_reason(tmp_path: Path) -> None:
    source = made(tmp_path)
    (source / NAME).write_bytes((source / NAME).read_bytes() + b"5,a1,\xff\n")
    with pytest.raises(Unreadable, match="UTF-8"):
        LIFESNAPS.people(source)


# Column → metric and factor; an asterisk where 0 stands for none. Not the importer's own.
PUBLISHED = {
    "nightly_temperature": "skin_temperature 1", "nremhr": "sleeping_heart_rate 1 *",
    "daily_temperature_variation": "skin_temperature_deviation 1", "rmssd": "hrv_rmssd 1 *",
    "spo2": "spo2 1", "full_sleep_breathing_rate": "respiratory_rate 1 *",
    "stress_score": "stress_index 1 *", "sleep_points_percentage": "sleep_points 100 *",
    "exertion_points_percentage": "exertion_points 100 *",
    "responsiveness_points_percentage": "responsiveness_points 100 *",
    "calories": "total_energy 1", "filteredDemographicVO2Max": "vo2_max 1",
    "distance": "distance 1", "bpm": "heart_rate 1", "steps": "steps 1",
    "lightly_active_minutes": "light_activity 1", "bmi": "body_mass_index 1",
    "moderately_active_minutes": "moderate_activity 1",
    "very_active_minutes": "vigorous_activity 1", "sedentary_minutes": "sedentary_time 1",
    "scl_avg": "skin_conductance 1", "resting_hr": "resting_heart_rate 1",
    "sleep_duration": "time_in_bed 2.7777777777777776e-7",
    "minutesToFallAsleep": "sleep_latency 1",
    "minutesAsleep": "sleep_duration 0.016666666666666666",
    "minutesAwake": "wake_after_sleep_onset 1", "sleep_efficiency": "sleep_efficiency 1",
    "NEUTRAL": "feeling 0", "HAPPY": "feeling 1", "SAD": "feeling 2",
    "TENSE/ANXIOUS": "feeling 3", "RESTED/RELAXED": "feeling 4", "TIRED": "feeling 5",
    "ALERT": "feeling 6",
}  # fmt: skip
Figures = dict[tuple[str, str], list[float]]


def published() -> tuple[Figures, Counter[str]]:
    """Values by person and metric, and what has no metric, by the csv module alone."""
    kept: Figures = defaultdict(list)
    gone: Counter[str] = Counter()
    with (REAL / NAME).open(newline="") as file:
        for row in csv.DictReader(file):
            person = row.pop("id")
            for column in (key for key in row if key not in ("", "date") and row[key]):
                count(kept, gone, person, column, row[column])
    return kept, gone


def count(kept: Figures, gone: Counter[str], person: str, column: str, text: str) -> None:
    metric, factor, *zero = PUBLISHED.get(column, "none 0").split()
    if metric == "none":
        gone[column] += 1
    elif text[0] in "<>":
        gone[f"{column} as a range"] += 1
    elif metric == "feeling" and float(text):
        kept[person, metric].append(float(factor))
    elif zero and float(text) == 0:
        gone[f"{column} 0 (missing)"] += 1
    elif metric != "feeling":
        kept[person, metric].append(float(text) * float(factor))


@pytest.mark.realdata
@pytest.mark.skipif(not REAL.exists(), reason="Put LifeSnaps into CLINICITY_DATA_DIR/lifesnaps")
def test_everything_of_everyone_in_lifesnaps() -> None:
    kept, gone = published()
    found: set[tuple[str, str]] = set()
    ignored: Counter[str] = Counter()
    people = LIFESNAPS.people(REAL)
    assert len(people) == 71
    for person in people:
        chunks = list(LIFESNAPS.read(REAL, Options(zone=ATHENS, person=person)))
        assert not [reason for chunk in chunks for reason in chunk.reasons]
        assert chunks[-1].position == 7410
        ignored += ignored_in(chunks)
        for (_, metric), columns in lanes_of(chunks).items():
            found.add((person, metric))
            assert len(columns) == len(kept[person, metric]), metric
            assert columns.value.sum() == pytest.approx(sum(kept[person, metric])), metric
    assert found == kept.keys()
    assert ignored == gone


@pytest.mark.realdata
@pytest.mark.skipif(not REAL.exists(), reason="Put LifeSnaps into CLINICITY_DATA_DIR/lifesnaps")
def test_lifesnaps_goes_on_at_each_border(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("biometrics.importers.lifesnaps.CHUNK_ROWS", 1000)
    person = "621e301e67b776a240608a72"
    assert assert_resumes(LIFESNAPS, REAL, Options(zone=ATHENS, person=person)) == 8
