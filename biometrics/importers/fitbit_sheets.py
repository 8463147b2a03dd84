"""Fitbit's CSV files: which column is which metric, and what their times mean.

Names and columns as in Takeouts of 2023 to 2026 that others published or tested with. The
files of `…_GoogleData` and the minutes of oxygen saturation are in UTC and say so. All
others show the person's clock: sleep_score.csv although it writes a Z (in PMData 1,263 of
1,266 equal the local end of their night). Daily files label a local day, with or without Z.
"""

from collections.abc import Mapping
from functools import partial
from zoneinfo import ZoneInfo

from biometrics.importers.clock import SeriesClock, day_times, utc_times
from biometrics.importers.sheets import Sheet, Value
from biometrics.importers.tables import Timing

MINUTE_MS = 60_000
ZERO, NEGATIVE = frozenset({0.0}), frozenset({-1.0})
# A night's or day's figure stands in a lane of its own: it sums up the samples beside it.
DAILY = "Fitbit, daily figures"


def _utc_minutes(zone: ZoneInfo) -> Timing:
    return partial(utc_times, zone=zone, lasts_ms=MINUTE_MS)


def _utc(zone: ZoneInfo) -> Timing:
    return partial(utc_times, zone=zone)


def _days(zone: ZoneInfo) -> Timing:
    return partial(day_times, zone=zone)


def _local(minutes: int, zone: ZoneInfo) -> Timing:
    return SeriesClock(zone, lasts_ms=minutes * MINUTE_MS).times


def _google(column: str, value: Value, *, lasts: bool = False) -> Sheet:
    timing = _utc_minutes if lasts else _utc
    return Sheet("timestamp", {column: value}, timing, device="Fitbit", source="data source")


def _google_day(column: str, value: Value) -> Sheet:
    return Sheet("timestamp", {column: value}, _days, device=DAILY, source="data source")


SLEEP_SCORE = Sheet(
    "timestamp", {"overall_score": Value("sleep_index")}, _days,
    device="Fitbit", sequence="sleep_log_entry_id",
)  # fmt: skip

SHEETS: Mapping[str, Sheet] = {
    "Heart Rate Variability Details": Sheet(
        "timestamp", {"rmssd": Value("hrv_rmssd")}, partial(_local, 5), device="Fitbit"
    ),
    "Daily Heart Rate Variability Summary": Sheet(
        "timestamp", {"rmssd": Value("hrv_rmssd", missing=ZERO)}, _days, device=DAILY
    ),
    "Daily Respiratory Rate Summary": Sheet(
        "timestamp", {"daily_respiratory_rate": Value("respiratory_rate", missing=ZERO)},
        _days, device=DAILY,
    ),
    "Respiratory Rate Summary": Sheet(
        "timestamp",
        {"full_sleep_breathing_rate": Value("respiratory_rate", missing=ZERO | NEGATIVE)},
        partial(_local, 0), device="Fitbit",
    ),
    "Minute SpO2": Sheet("timestamp", {"value": Value("spo2")}, _utc_minutes, device="Fitbit"),
    "Daily SpO2": Sheet(
        "timestamp", {"average_value": Value("spo2", missing=ZERO)}, _days, device=DAILY
    ),
    # Against the baseline of this watch: the file says so nowhere, its values do.
    "Device Temperature": Sheet(
        "recorded_time", {"temperature": Value("skin_temperature_deviation")},
        partial(_local, 1), device="Fitbit",
    ),
    "Computed Temperature": Sheet(
        "sleep_start", {"nightly_temperature": Value("skin_temperature")},
        partial(_local, 0), device="Fitbit",
    ),
    "Stress Score": Sheet(
        "DATE", {"STRESS_SCORE": Value("stress_index", missing=ZERO)}, _days, device="Fitbit"
    ),
    "Daily Readiness Score": Sheet(
        "date", {"readiness_score_value": Value("recovery_index")}, _days, device="Fitbit"
    ),
    "sleep_score": SLEEP_SCORE,
    "heart_rate": _google("beats per minute", Value("heart_rate")),
    "steps": _google("steps", Value("steps"), lasts=True),
    "distance": _google("distance", Value("distance"), lasts=True),
    "calories": _google("calories", Value("total_energy"), lasts=True),
    "floors": _google("floors", Value("floors"), lasts=True),
    "weight": _google("weight grams", Value("weight", 0.001)),
    "body_fat": _google("body fat percentage", Value("body_fat")),
    "oxygen_saturation": _google("oxygen saturation percentage", Value("spo2")),
    "heart_rate_variability": _google(
        "root mean square of successive differences milliseconds", Value("hrv_rmssd")
    ),
    "daily_resting_heart_rate": _google_day(
        "beats per minute", Value("resting_heart_rate", missing=ZERO)
    ),
    "daily_respiratory_rate": _google_day("breaths per minute", Value("respiratory_rate")),
    "daily_heart_rate_variability": _google_day(
        "average heart rate variability milliseconds", Value("hrv_rmssd", missing=ZERO)
    ),
    "daily_oxygen_saturation": _google_day("average percentage", Value("spo2")),
}  # fmt: skip

# The same figures twice in one export: the second is left where the first is there.
TWINS: Mapping[str, str] = {
    "heart_rate.csv": "heart_rate.json",
    "steps.csv": "steps.json",
    "distance.csv": "distance.json",
    "calories.csv": "calories.json",
    "weight.csv": "weight.json",
    "daily_resting_heart_rate.csv": "resting_heart_rate.json",
    "oxygen_saturation.csv": "Minute SpO2.csv",
    "heart_rate_variability.csv": "Heart Rate Variability Details.csv",
    "daily_heart_rate_variability.csv": "Daily Heart Rate Variability Summary.csv",
    "daily_respiratory_rate.csv": "Daily Respiratory Rate Summary.csv",
    "daily_oxygen_saturation.csv": "Daily SpO2.csv",
}
