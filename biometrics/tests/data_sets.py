"""What the published data sets hold, read by the standard library alone.

This is the other reading that imports are compared with: it shares no code with them. It
gives for each person and metric the samples by what tells them apart, so that a sample
that a file holds twice is one.
"""

import csv
import json
from collections import defaultdict
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

Samples = dict[str, dict[Any, float]]  # by metric
SLOT = timedelta(seconds=30)
STAGES = {"wake": 0, "awake": 0, "light": 1, "deep": 2, "rem": 3, "asleep": 4, "restless": 6}
DAILY = {
    "resting_heart_rate": "resting_heart_rate", "sedentary_minutes": "sedentary_time",
    "lightly_active_minutes": "light_activity",
    "moderately_active_minutes": "moderate_activity",
    "very_active_minutes": "vigorous_activity", "steps": "steps",
}  # fmt: skip
# Column → metric, factor, and whether 0 stands for none.
LIFESNAPS = {
    "nightly_temperature": ("skin_temperature", 1, False),
    "daily_temperature_variation": ("skin_temperature_deviation", 1, False),
    "nremhr": ("sleeping_heart_rate", 1, True), "rmssd": ("hrv_rmssd", 1, True),
    "spo2": ("spo2", 1, False), "full_sleep_breathing_rate": ("respiratory_rate", 1, True),
    "stress_score": ("stress_index", 1, True),
    "sleep_points_percentage": ("sleep_points", 100, True),
    "exertion_points_percentage": ("exertion_points", 100, True),
    "responsiveness_points_percentage": ("responsiveness_points", 100, True),
    "calories": ("total_energy", 1, False),
    "filteredDemographicVO2Max": ("vo2_max", 1, False), "distance": ("distance", 1, False),
    "bpm": ("heart_rate", 1, False), "lightly_active_minutes": ("light_activity", 1, False),
    "moderately_active_minutes": ("moderate_activity", 1, False),
    "very_active_minutes": ("vigorous_activity", 1, False),
    "sedentary_minutes": ("sedentary_time", 1, False),
    "scl_avg": ("skin_conductance", 1, False), "resting_hr": ("resting_heart_rate", 1, True),
    "sleep_duration": ("time_in_bed", 1 / 3_600_000, False),
    "minutesToFallAsleep": ("sleep_latency", 1, False),
    "minutesAsleep": ("sleep_duration", 1 / 60, False),
    "minutesAwake": ("wake_after_sleep_onset", 1, False),
    "sleep_efficiency": ("sleep_efficiency", 1, False), "steps": ("steps", 1, False),
    "bmi": ("body_mass_index", 1, False),
}  # fmt: skip
FEELINGS = "NEUTRAL HAPPY SAD TENSE/ANXIOUS RESTED/RELAXED TIRED ALERT".split()


def depresjon(folder: Path) -> dict[str, Samples]:
    """A minute is told apart by its row."""
    return {
        path.stem: {
            "activity": {n: float(row["activity"]) for n, row in enumerate(_rows(path))}
        }
        for path in folder.glob("*/*.csv")
    }


def lifesnaps(folder: Path) -> dict[str, Samples]:
    found: dict[str, Samples] = defaultdict(lambda: defaultdict(dict))
    for row in _rows(folder / "daily_fitbit_sema_df_unprocessed.csv"):
        samples, day = found[row["id"]], row["date"]
        for column, (metric, factor, zero_is_none) in LIFESNAPS.items():
            text = row[column]
            if not text or text[0] in "<>" or (zero_is_none and float(text) == 0):
                continue
            samples[metric][day] = float(text) * factor
        for code, name in enumerate(FEELINGS):
            if row[name] == "1.0":
                samples["feeling"][day, code] = code
    return found


def pmdata(folder: Path) -> dict[str, Samples]:
    return {person.name: _of_pmdata(person) for person in folder.iterdir() if person.is_dir()}


def _of_pmdata(person: Path) -> Samples:
    found: Samples = defaultdict(dict)
    _fitbit(found, person / "fitbit")
    for row in _rows(person / "pmsys/srpe.csv"):
        key = row["end_date_time"], row["duration_min"]
        found["exercise"]["pmsys", *key] = float(row["duration_min"])
        found["perceived_exertion"][key] = float(row["perceived_exertion"])
    for row in _rows(person / "pmsys/wellness.csv"):
        _wellness(found, row)
    return found


def _fitbit(found: Samples, folder: Path) -> None:
    for name, metric in DAILY.items():
        for entry in _json(folder / f"{name}.json"):
            value = entry["value"]
            value = float(value["value"] if isinstance(value, dict) else value)
            if value or name != "resting_heart_rate":
                found[metric][entry["dateTime"]] = value
    for night in _json(folder / "sleep.json"):
        _night(found, night)
    for session in _json(folder / "exercise.json"):
        _session(found, session)
    for row in _rows(folder / "sleep_score.csv"):
        key = row["timestamp"][:10], row["sleep_log_entry_id"]
        found["sleep_index"][key] = float(row["overall_score"])


def _session(found: Samples, session: dict[str, Any]) -> None:
    key = session["startTime"], session["duration"]
    moving = session.get("activeDuration", session["duration"])
    found["exercise"]["fitbit", *key] = moving / 60_000
    if "vo2Max" in session:
        found["vo2_max"][key] = session["vo2Max"]["vo2Max"]


def _wellness(found: Samples, row: dict[str, str]) -> None:
    """PMSys gives 5 for the good end, also of fatigue, soreness and stress."""
    at = row["effective_time_frame"]
    turned = {"fatigue": True, "soreness": True, "stress": True}
    answers = {
        name: float(row[name])
        for name in ("mood", "sleep_quality", "readiness", "sleep_duration_h", *turned)
    }
    if not any(answers.values()):
        return
    for name, value in answers.items():
        if name == "readiness":
            found[name][at] = value
        elif name == "sleep_duration_h":
            found["sleep_duration"][at] = value
        elif value:
            found[name][at] = (5 - value if name in turned else value - 1) * 2.5


def _night(found: Samples, night: dict[str, Any]) -> None:
    begin, end = _moment(night["startTime"]), _moment(night["endTime"])
    asleep = begin + timedelta(minutes=night["minutesToFallAsleep"])
    awake = end - timedelta(minutes=night["minutesAfterWakeup"])
    found["sleep_session"][asleep, awake] = night["minutesAsleep"] / 60
    found["time_in_bed"][begin, end] = night["timeInBed"] / 60
    found["sleep_efficiency"][begin, end] = night["efficiency"]
    found["sleep_latency"][begin, end] = night["minutesToFallAsleep"]
    found["wake_after_sleep_onset"][begin, end] = night["minutesAwake"]
    for first, last, code in _stages(night["levels"]):
        found["sleep_stage"][first, last] = code


def _stages(levels: dict[str, Any]) -> list[tuple[datetime, datetime, int]]:
    """Half a minute after the other, the short awakenings painted over the stages."""
    slots: dict[datetime, int] = {}
    for level in [*levels["data"], *levels.get("shortData", ())]:
        at = _moment(level["dateTime"])
        for n in range(level["seconds"] // 30 if level["level"] in STAGES else 0):
            slots[at + n * SLOT] = STAGES[level["level"]]
    runs: list[tuple[datetime, datetime, int]] = []
    for at, code in sorted(slots.items()):
        if runs and runs[-1][1:] == (at, code):
            runs[-1] = (runs[-1][0], at + SLOT, code)
        else:
            runs.append((at, at + SLOT, code))
    return runs


def _rows(path: Path) -> Iterator[dict[str, str]]:
    with path.open(newline="") as file:
        yield from csv.DictReader(file)


def _json(path: Path) -> list[dict[str, Any]]:
    return json.loads(path.read_text()) if path.exists() else []


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# How a set is read, by its importer's code.
DATA_SETS: dict[str, Callable[[Path], dict[str, Samples]]] = {
    "actigraphy_csv": depresjon, "pmdata": pmdata, "lifesnaps": lifesnaps,
}  # fmt: skip
