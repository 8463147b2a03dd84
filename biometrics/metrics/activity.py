"""Movement: counts, steps, distance, energy, minutes of activity."""

from biometrics.metrics.kinds import DAY_MS, HOUR_MS, Aggregation, Group, Metric

LENGTH = {
    "km": (1000.0, 0.0),
    "cm": (0.01, 0.0),
    "[mi_i]": (1609.344, 0.0),
    "[ft_i]": (0.3048, 0.0),
}
ENERGY = {"cal": (0.001, 0.0), "kJ": (1 / 4.184, 0.0), "J": (1 / 4184, 0.0)}
MINUTES = {"s": (1 / 60, 0.0), "ms": (1 / 60_000, 0.0), "h": (60.0, 0.0)}
SPEED = {"km/h": (1 / 3.6, 0.0), "[mi_i]/h": (0.44704, 0.0)}


def _minutes(code: str, name: str, *keys: str) -> Metric:
    return Metric(
        code, name, "min", 0, 1440, keys=("minutes", *keys), conversions=MINUTES,
        lasts_ms=DAY_MS, aggregation=Aggregation.SUM, group=Group.ACTIVITY,
    )  # fmt: skip


ACTIVITY = (
    Metric(
        "activity", "Activity counts", "{count}/min", 0, 100_000,
        keys=("counts", "activity", "count"), lasts_ms=60_000, group=Group.ACTIVITY,
    ),
    Metric(
        "acceleration", "Acceleration without gravity (ENMO)", "m[g]", 0, 8000,
        keys=("enmo", "acceleration"), conversions={"[g]": (1000.0, 0.0)}, lasts_ms=60_000,
        group=Group.ACTIVITY,
    ),
    Metric(
        "steps", "Steps", "{steps}", 0, 100_000, loinc="55423-8", keys=("steps", "count"),
        aggregation=Aggregation.SUM, group=Group.ACTIVITY,
    ),
    Metric(
        "floors", "Floors climbed", "{floors}", 0, 1000, keys=("floors", "count"),
        aggregation=Aggregation.SUM, group=Group.ACTIVITY,
    ),
    Metric(
        "distance", "Distance", "m", 0, 300_000, loinc="55430-3", keys=("meters", "distance"),
        conversions=LENGTH, aggregation=Aggregation.SUM, group=Group.ACTIVITY,
    ),
    Metric(
        "speed", "Speed", "m/s", 0, 50, keys=("speed",), conversions=SPEED, span_ms=HOUR_MS,
        group=Group.ACTIVITY,
    ),
    Metric(
        "active_energy", "Active energy", "kcal", 0, 10_000, loinc="41981-2",
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
        keys=("minutes", "duration"), conversions=MINUTES, aggregation=Aggregation.SUM,
        group=Group.ACTIVITY,
    ),
    Metric(
        "wear", "Device worn", "1", 0, 1, keys=("worn",), lasts_ms=60_000,
        aggregation=Aggregation.TIME_IN_STATE, group=Group.ACTIVITY,
        states={0: "not worn", 1: "worn"},
    ),
)  # fmt: skip
