"""Units as files spell them, in UCUM, and values in a metric's own unit. Pure."""

import re
from functools import lru_cache

from biometrics.metrics import Conversion, Metric, metric_of

# Spelling in lower case → UCUM. What stands here can mean nothing else in a reading.
SPELLINGS = {
    "beats/minute": "/min", "beats/min": "/min", "beat/min": "/min", "bpm": "/min",
    "count/min": "/min", "breaths/min": "/min", "breaths/minute": "/min",
    "1/min": "/min", "percent": "%", "pct": "%",
    "c": "Cel", "°c": "Cel", "degc": "Cel", "celsius": "Cel",
    "f": "[degF]", "°f": "[degF]", "degf": "[degF]", "fahrenheit": "[degF]",
    "mmhg": "mm[Hg]", "lb": "[lb_av]", "lbs": "[lb_av]", "pounds": "[lb_av]",
    "in": "[in_i]", "inch": "[in_i]", "inches": "[in_i]", "ft": "[ft_i]", "feet": "[ft_i]",
    "mi": "[mi_i]", "mile": "[mi_i]", "miles": "[mi_i]", "meter": "m", "meters": "m",
    "kcal_it": "kcal", "calories": "kcal", "mg/dl": "mg/dL", "mmol/l": "mmol/L",
    "kg/m^2": "kg/m2", "kg/m²": "kg/m2", "lux": "lx", "sec": "s", "secs": "s",
    "second": "s", "seconds": "s", "minute": "min", "minutes": "min", "mins": "min",
    "hr": "h", "hrs": "h", "hour": "h", "hours": "h", "milliseconds": "ms", "msec": "ms",
    "kilograms": "kg", "grams": "g", "g's": "[g]", "mg force": "m[g]", "db": "dB",
    "steps": "{steps}", "count": "{count}", "counts": "{count}",
}  # fmt: skip
# `{…}` annotates and changes nothing, but where it names a scale.
ANNOTATION = re.compile(r"\{(?!score|index)[^}]*\}")


def converted(code: str, value: float, unit: str) -> float:
    """The value in the metric's own unit; raises Invalid for a unit that it doesn't know.

    An empty unit is the metric's own.
    """
    factor, shift = _conversion(code, unit)
    return value * factor + shift


@lru_cache(maxsize=1024)
def _conversion(code: str, unit: str) -> Conversion:
    metric = metric_of(code)
    return metric.factor_of(known_unit(metric, unit))


def known_unit(metric: Metric, unit: str) -> str:
    """The unit as the metric spells it, or as it was where the metric doesn't know it."""
    known = {metric.unit, *metric.conversions}
    for spelling in (unit.strip(), SPELLINGS.get(unit.strip().lower(), "")):
        if spelling in known:
            return spelling
        if spelling and _bare(spelling) == _bare(metric.unit):
            return metric.unit
    return unit


def _bare(unit: str) -> str:
    return ANNOTATION.sub("", unit) or "1"
