"""What people report of themselves, how they use their phone, and what surrounds them.

Ranges are those of the scale, of a day, or of what the instrument can see: full sunlight has
some 100,000 lx, and sound of 140 dB hurts.
"""

from biometrics.metrics.kinds import DAY_MS, YEAR_MS, Aggregation, Group, Metric

# Ratings are kept on 0 … 10. The unit says which scale was sent: `{score_1_5}` maps
# 1 … 5 linearly onto it, and reading back in that unit gives the rating as it was.
SCALES = {
    "{score_1_5}": (2.5, -2.5), "{score_1_7}": (10 / 6, -10 / 6), "{score_0_100}": (0.1, 0.0),
}  # fmt: skip
MINUTES = {"s": (1 / 60, 0.0), "ms": (1 / 60_000, 0.0), "h": (60.0, 0.0)}


def _rating(code: str, name: str, *keys: str, loinc: str = "") -> Metric:
    return Metric(
        code, f"{name}, momentary rating", "{score}", 0, 10, loinc=loinc,
        keys=("rating", *keys, "score"), conversions=SCALES,
        span_ms=YEAR_MS, group=Group.MOOD,
    )  # fmt: skip


def _index(code: str, name: str, *keys: str) -> Metric:
    """A vendor's own score of 0 … 100: comparable within one device only."""
    return Metric(
        code, name, "{index}", 0, 100, keys=("index", "score", *keys),
        span_ms=YEAR_MS, lasts_ms=DAY_MS,
        group=Group.MOOD,
    )  # fmt: skip


DAILY_LIFE = (
    _rating("mood", "Mood", "mood"),
    _rating("anxiety", "Anxiety", "anxiety"),
    _rating("stress", "Stress", "stress"),
    _rating("fatigue", "Fatigue", "fatigue"),
    _rating("energy_level", "Energy", "energy"),
    _rating("irritability", "Irritability", "irritability"),
    _rating("pain", "Pain", "pain", loinc="72514-3"),
    _rating("soreness", "Soreness", "soreness"),
    _rating("sleep_quality", "Sleep quality", "sleep_quality"),
    _rating("readiness", "Readiness", "readiness"),
    # Borg CR10 of a training session (session RPE).
    _rating("perceived_exertion", "Perceived exertion", "exertion"),
    _index("stress_index", "Stress score of the device"),
    _index("sleep_index", "Sleep score of the device"),
    _index("recovery_index", "Recovery score of the device"),
    # What Fitbit's stress score is put together of, in % of the points to be had.
    _index("sleep_points", "Sleep points of the stress score"),
    _index("exertion_points", "Exertion points of the stress score"),
    _index("responsiveness_points", "Responsiveness points of the stress score"),
    Metric(
        "feeling", "Feeling named in a prompt", "1", 0, 7, keys=("feeling",),
        aggregation=Aggregation.TIME_IN_STATE, group=Group.MOOD,
        states={
            0: "neutral", 1: "happy", 2: "sad", 3: "tense or anxious", 4: "rested or relaxed",
            5: "tired", 6: "alert", 7: "other",
        },
    ),
    Metric(
        "mindfulness", "Mindfulness", "min", 0, 1440, keys=("minutes",), conversions=MINUTES,
        aggregation=Aggregation.SUM, group=Group.MOOD,
    ),
    Metric(
        "screen_time", "Screen time", "min", 0, 1440, keys=("minutes",), conversions=MINUTES,
        aggregation=Aggregation.SUM, group=Group.PHONE,
    ),
    Metric(
        "screen_unlocks", "Screen unlocks", "{unlocks}", 0, 5000, keys=("unlocks", "count"),
        aggregation=Aggregation.SUM, group=Group.PHONE,
    ),
    Metric(
        "phone_calls", "Phone calls", "{calls}", 0, 1000, keys=("calls", "count"),
        aggregation=Aggregation.SUM, group=Group.PHONE,
    ),
    Metric(
        "messages", "Messages sent", "{messages}", 0, 10_000, keys=("messages", "count"),
        aggregation=Aggregation.SUM, group=Group.PHONE,
    ),
    Metric(
        "alcohol", "Alcoholic drinks", "{drinks}", 0, 60, keys=("drinks",), span_ms=YEAR_MS,
        aggregation=Aggregation.SUM, group=Group.MOOD,
    ),
    Metric(
        "light", "Light", "lx", 0, 200_000, keys=("lux",), group=Group.SURROUNDINGS,
        lasts_ms=60_000,
    ),
    Metric(
        "daylight", "Time in daylight", "min", 0, 1440, keys=("minutes",), conversions=MINUTES,
        aggregation=Aggregation.SUM, group=Group.SURROUNDINGS,
    ),
    Metric(
        # A level against 20 µPa; phones weight it as the ear does (dB(A)).
        "sound_level", "Sound level", "dB[SPL]", 0, 140, keys=("decibel",),
        conversions={"dB": (1.0, 0.0), "dB[SPL]{A}": (1.0, 0.0)}, group=Group.SURROUNDINGS,
    ),
)  # fmt: skip
