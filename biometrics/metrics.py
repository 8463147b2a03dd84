"""The metric catalogue: what can be measured, in which unit, and how it is kept.

Codes follow LOINC where it has one; units follow UCUM. A value outside the plausible
range is kept and flagged, never dropped. Adding a metric is adding one entry.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from clinicity.common.exceptions import Invalid

# Times `factor` plus `shift` turns a value of another unit into the metric's own.
Conversion = tuple[float, float]
HOUR_MS, DAY_MS = 3_600_000, 86_400_000


@dataclass(frozen=True)
class Metric:
    """One kind of measurement."""

    code: str
    name: str
    unit: str
    low: float
    high: float
    loinc: str = ""
    # Names under which the value stands in `data` of a single event.
    keys: tuple[str, ...] = ()
    conversions: Mapping[str, Conversion] = field(default_factory=dict)
    span_ms: int = DAY_MS
    # How long one value without an end counts: a minute's count, a day's total.
    lasts_ms: int = 0

    def factor_of(self, unit: str) -> Conversion:
        """How to turn `unit` into the metric's own; raises Invalid for an unknown one."""
        if unit in ("", self.unit):
            return (1.0, 0.0)
        try:
            return self.conversions[unit]
        except KeyError as error:
            known = ", ".join([self.unit, *self.conversions])
            raise Invalid(f"The unit of {self.code} is {known}, not {unit!r}.") from error


def _catalogue(*metrics: Metric) -> dict[str, Metric]:
    return {metric.code: metric for metric in metrics}


PER_MINUTE = {"{beats}/min": (1.0, 0.0), "bpm": (1.0, 0.0), "Hz": (60.0, 0.0)}
SECONDS = {"s": (1000.0, 0.0)}
CELSIUS = {"[degF]": (5 / 9, -160 / 9), "K": (1.0, -273.15)}
HOURS = {"min": (1 / 60, 0.0), "s": (1 / 3600, 0.0)}

METRICS: dict[str, Metric] = _catalogue(
    Metric(
        "activity", "Activity counts", "{count}/min", 0, 100_000,
        keys=("counts", "activity", "count"), lasts_ms=60_000,
    ),
    Metric(
        "heart_rate", "Heart rate", "/min", 20, 250, loinc="8867-4", keys=("bpm", "heart_rate"),
        conversions=PER_MINUTE,
    ),
    Metric(
        "resting_heart_rate", "Resting heart rate", "/min", 25, 150, loinc="40443-4",
        keys=("bpm", "resting_heart_rate"), conversions=PER_MINUTE, lasts_ms=DAY_MS,
    ),
    Metric(
        "hrv_sdnn", "Heart rate variability (SDNN)", "ms", 1, 500, loinc="80404-7",
        keys=("sdnn", "ms"), conversions=SECONDS,
    ),
    Metric(
        "hrv_rmssd", "Heart rate variability (RMSSD)", "ms", 1, 500, keys=("rmssd", "ms"),
        conversions=SECONDS,
    ),
    Metric("steps", "Steps", "{steps}", 0, 100_000, loinc="55423-8", keys=("steps", "count")),
    Metric(
        "spo2", "Oxygen saturation", "%", 50, 100, loinc="59408-5",
        keys=("percent", "spo2"), conversions={"1": (100.0, 0.0)},
    ),
    Metric(
        "respiratory_rate", "Respiratory rate", "/min", 4, 60, loinc="9279-1",
        keys=("rate", "respiratory_rate"), conversions={"{breaths}/min": (1.0, 0.0)},
    ),
    Metric(
        "body_temperature", "Body temperature", "Cel", 30, 45, loinc="8310-5",
        keys=("celsius", "temperature"), conversions=CELSIUS,
    ),
    Metric(
        "skin_temperature", "Skin temperature", "Cel", 15, 45, loinc="39106-0",
        keys=("celsius", "temperature"), conversions=CELSIUS,
    ),
    Metric(
        "sleep_duration", "Sleep duration", "h", 0, 24, loinc="93832-4",
        keys=("hours", "duration"), conversions=HOURS, lasts_ms=DAY_MS,
    ),
    Metric(
        "weight", "Body weight", "kg", 1, 500, loinc="29463-7", keys=("kg", "weight"),
        conversions={"g": (0.001, 0.0), "[lb_av]": (0.45359237, 0.0)},
    ),
    Metric(
        "systolic_blood_pressure", "Systolic blood pressure", "mm[Hg]", 50, 280,
        loinc="8480-6", keys=("systolic",), conversions={"mmHg": (1.0, 0.0)},
    ),
    Metric(
        "diastolic_blood_pressure", "Diastolic blood pressure", "mm[Hg]", 20, 180,
        loinc="8462-4", keys=("diastolic",), conversions={"mmHg": (1.0, 0.0)},
    ),
    Metric(
        "glucose", "Glucose", "mmol/L", 0.5, 50, loinc="15074-8", keys=("glucose",),
        # 18.0182 mg/dL of glucose (180.156 g/mol) are 1 mmol/L.
        conversions={"mg/dL": (1 / 18.0182, 0.0)},
    ),
    Metric("mood", "Mood, momentary rating", "{score}", 0, 10, keys=("rating", "mood", "score")),
)  # fmt: skip


def metric_of(code: str) -> Metric:
    """The catalogue's entry; raises Invalid for a metric that it doesn't have."""
    try:
        return METRICS[code]
    except KeyError as error:
        raise Invalid(f"There is no metric {code!r}.") from error
