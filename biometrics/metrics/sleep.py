"""Sleep: stages as states with a duration, sessions, and a night's figures.

Ranges end with the day. An efficiency under 5 % is a share that was sent as 0 … 1.
"""

from biometrics.metrics.kinds import DAY_MS, YEAR_MS, Aggregation, Group, Metric

HOURS = {"min": (1 / 60, 0.0), "s": (1 / 3600, 0.0), "ms": (1 / 3_600_000, 0.0)}
MINUTES = {"s": (1 / 60, 0.0), "ms": (1 / 60_000, 0.0), "h": (60.0, 0.0)}


def _night(code: str, name: str, *, loinc: str = "") -> Metric:
    return Metric(
        code, name, "h", 0, 24, loinc=loinc, keys=("hours",), conversions=HOURS,
        span_ms=YEAR_MS, lasts_ms=DAY_MS, group=Group.SLEEP,
    )  # fmt: skip


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
        "sleep_session", "Sleep session", "h", 0, 24, keys=("hours",), conversions=HOURS,
        aggregation=Aggregation.SUM, span_ms=YEAR_MS, group=Group.SLEEP,
    ),
    _night("sleep_duration", "Sleep duration", loinc="93832-4"),
    # For sources that give a night's sums; with stages of their own, `sleep_stage` has them.
    _night("deep_sleep", "Deep sleep", loinc="93831-6"),
    _night("light_sleep", "Light sleep", loinc="93830-8"),
    _night("rem_sleep", "REM sleep", loinc="93829-0"),
    # LOINC's 103213-5 "Duration in bed" is defined as a rate, per hour.
    _night("time_in_bed", "Time in bed"),
    Metric(
        "sleep_latency", "Time to fall asleep", "min", 0, 600, loinc="103212-7",
        keys=("minutes",), conversions=MINUTES,
        span_ms=YEAR_MS, lasts_ms=DAY_MS, group=Group.SLEEP,
    ),
    Metric(
        "wake_after_sleep_onset", "Awake after falling asleep", "min", 0, 900,
        loinc="103215-0", keys=("minutes",), conversions=MINUTES,
        span_ms=YEAR_MS, lasts_ms=DAY_MS,
        group=Group.SLEEP,
    ),
    Metric(
        "sleep_efficiency", "Sleep efficiency", "%", 5, 100, keys=("percent", "efficiency"),
        conversions={"1": (100.0, 0.0)}, span_ms=YEAR_MS, lasts_ms=DAY_MS, group=Group.SLEEP,
    ),
)  # fmt: skip
