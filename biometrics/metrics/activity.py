"""Movement: counts, steps, distance, energy, minutes of activity.

Ranges hold a whole day of endurance sport: a sample may span one. Minutes end with the day,
acceleration with what sensors of ±8 g can see.
"""

from biometrics.metrics.kinds import DAY_MS, HOUR_MS, YEAR_MS, Aggregation, Group, Metric

LENGTH = {
    "km": (1000.0, 0.0),
    "cm": (0.01, 0.0),
    "[mi_i]": (1609.344, 0.0),
    "[ft_i]": (0.3048, 0.0),
}
# UCUM's calorie is the thermochemical one, 4.184 J by definition; [Cal] is the food label's.
ENERGY = {
    "[Cal]": (1.0, 0.0), "cal": (0.001, 0.0), "kJ": (1 / 4.184, 0.0), "J": (1 / 4184, 0.0),
}  # fmt: skip
# Standard gravity, by definition 9.80665 m/s².
GRAVITY = {"[g]": (1000.0, 0.0), "m/s2": (1000 / 9.80665, 0.0)}
MINUTES = {"s": (1 / 60, 0.0), "ms": (1 / 60_000, 0.0), "h": (60.0, 0.0)}
SPEED = {"km/h": (1 / 3.6, 0.0), "[mi_i]/h": (0.44704, 0.0)}


def _minutes(code: str, name: str, *keys: str) -> Metric:
    return Metric(
        code, name, "min", 0, 1440, keys=("minutes", *keys), conversions=MINUTES,
        span_ms=YEAR_MS, lasts_ms=DAY_MS, aggregation=Aggregation.SUM, group=Group.ACTIVITY,
    )  # fmt: skip


ACTIVITY = (
    Metric(
        "activity", "Activity counts", "{count}/min", 0, 100_000,
        keys=("counts", "activity", "count"), lasts_ms=60_000, group=Group.ACTIVITY,
    ),
    Metric(
        "acceleration", "Acceleration without gravity (ENMO)", "m[g]", 0, 8000,
        keys=("enmo", "acceleration"), conversions=GRAVITY, lasts_ms=60_000,
        group=Group.ACTIVITY,
    ),
    Metric(
        "steps", "Steps", "{steps}", 0, 200_000, loinc="55423-8", keys=("steps", "count"),
        aggregation=Aggregation.SUM, group=Group.ACTIVITY,
    ),
    Metric(
        "floors", "Floors climbed", "{floors}", 0, 1000, loinc="100304-5",
        keys=("floors", "count"), aggregation=Aggregation.SUM, group=Group.ACTIVITY,
    ),
    Metric(
        "distance", "Distance", "m", 0, 300_000, loinc="103208-5", keys=("meters", "distance"),
        conversions=LENGTH, aggregation=Aggregation.SUM, group=Group.ACTIVITY,
    ),
    Metric(
        "speed", "Speed", "m/s", 0, 50, keys=("speed",), conversions=SPEED, span_ms=HOUR_MS,
        group=Group.ACTIVITY,
    ),
    Metric(
        # Not 41981-2 "Calories burned": a rate, and silent on whether rest is counted in.
        "active_energy", "Active energy", "kcal", 0, 10_000, loinc="93819-1",
        keys=("kcal", "energy"), conversions=ENERGY, aggregation=Aggregation.SUM,
        group=Group.ACTIVITY,
    ),
    Metric(
        "basal_energy", "Resting energy", "kcal", 0, 6000, keys=("kcal", "energy"),
        conversions=ENERGY, aggregation=Aggregation.SUM, group=Group.ACTIVITY,
    ),
    Metric(
        "total_energy", "Total energy", "kcal", 0, 16_000, keys=("kcal", "energy"),
        conversions=ENERGY, aggregation=Aggregation.SUM, group=Group.ACTIVITY,
    ),
    _minutes("sedentary_time", "Sedentary time"),
    _minutes("light_activity", "Light activity"),
    _minutes("moderate_activity", "Moderate activity"),
    _minutes("vigorous_activity", "Vigorous activity"),
    Metric(
        "exercise", "Exercise session", "min", 0, 1440, loinc="55411-3",
        keys=("minutes",), conversions=MINUTES, aggregation=Aggregation.SUM,
        group=Group.ACTIVITY,
    ),
    Metric(
        "wear", "Device worn", "1", 0, 1, keys=("worn",), lasts_ms=60_000,
        aggregation=Aggregation.TIME_IN_STATE, group=Group.ACTIVITY,
        states={0: "not worn", 1: "worn"},
    ),
)  # fmt: skip
