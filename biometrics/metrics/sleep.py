"""Sleep: stages as states with a duration, sessions, and a night's figures."""

from biometrics.metrics.kinds import DAY_MS, Aggregation, Group, Metric

HOURS = {"min": (1 / 60, 0.0), "s": (1 / 3600, 0.0), "ms": (1 / 3_600_000, 0.0)}
MINUTES = {"s": (1 / 60, 0.0), "ms": (1 / 60_000, 0.0), "h": (60.0, 0.0)}

SLEEP = (
    Metric(
        "sleep_stage", "Sleep stage", "1", 0, 6, keys=("stage",),
        aggregation=Aggregation.TIME_IN_STATE, group=Group.SLEEP,
        states={
            0: "awake", 1: "light", 2: "deep", 3: "REM", 4: "asleep, stage unknown",
            5: "in bed", 6: "restless",
        },
    ),
    Metric(
        # A sample from falling asleep to waking; the value is the time asleep in between.
        "sleep_session", "Sleep session", "h", 0, 24, keys=("hours", "duration"),
        conversions=HOURS, aggregation=Aggregation.SUM, group=Group.SLEEP,
    ),
    Metric(
        "sleep_duration", "Sleep duration", "h", 0, 24, loinc="93832-4",
        keys=("hours", "duration"), conversions=HOURS, lasts_ms=DAY_MS, group=Group.SLEEP,
    ),
    Metric(
        "time_in_bed", "Time in bed", "h", 0, 24, keys=("hours", "duration"),
        conversions=HOURS, lasts_ms=DAY_MS, group=Group.SLEEP,
    ),
    Metric(
        "sleep_latency", "Time to fall asleep", "min", 0, 600, keys=("minutes",),
        conversions=MINUTES, lasts_ms=DAY_MS, group=Group.SLEEP,
    ),
    Metric(
        "wake_after_sleep_onset", "Awake after falling asleep", "min", 0, 900,
        keys=("minutes",), conversions=MINUTES, lasts_ms=DAY_MS, group=Group.SLEEP,
    ),
    Metric(
        "sleep_efficiency", "Sleep efficiency", "%", 0, 100, keys=("percent", "efficiency"),
        conversions={"1": (100.0, 0.0)}, lasts_ms=DAY_MS, group=Group.SLEEP,
    ),
)  # fmt: skip
