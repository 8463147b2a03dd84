"""FHIR's SampledData: numbers at a fixed period in one string. Pure.

`E` (an error), `L` and `U` (below and above what the device can measure) are gaps with a
reason, never values.
"""

from collections import Counter
from collections.abc import Mapping
from math import isfinite
from typing import Any

from biometrics.importers.records import Point, Span, json_number, point
from biometrics.metrics import Metric
from clinicity.common.exceptions import Invalid

GAPS = {"E": "errors", "L": "below the lower limit", "U": "above the upper limit"}


def sampled(
    data: Any, metric: Metric, span: Span, device: str
) -> tuple[list[Point], list[str]]:
    """The samples and why others are missing; raises Invalid for what can't be laid out."""
    if not isinstance(data, Mapping) or not isinstance(data.get("data"), str):
        raise Invalid(f"The sampled data of {metric.code} hold no samples.")
    if data.get("dimensions", 1) != 1:
        raise Invalid(
            f"The sampled data of {metric.code} have {data['dimensions']} dimensions."
        )
    period, origin, factor, unit = _scale(data, metric)
    points: list[Point] = []
    gaps: Counter[str] = Counter()
    for number, word in enumerate(data["data"].split()):
        value = None if word in GAPS else _number(word)
        if value is None:
            gaps[GAPS.get(word, "no numbers")] += 1
            continue
        start = span.start_ms + round(number * period)
        length = span.start_ms + round((number + 1) * period) - start
        at = Span(start, length, span.offset_min)
        points.append(point(metric.code, at, origin + value * factor, unit, device))
    whole = len(points) + gaps.total()
    return points, [f"{count} of {whole} samples are {why}." for why, count in gaps.items()]


def _scale(data: Mapping[str, Any], metric: Metric) -> tuple[float, float, float, str]:
    """(period in ms, origin, factor, unit); the period's default unit is R4's."""
    origin = data.get("origin")
    if not isinstance(origin, Mapping):
        raise Invalid(f"The sampled data of {metric.code} have no origin.")
    unit = str(origin.get("code") or origin.get("unit") or "")
    if not unit and metric.unit != "1":
        raise Invalid(f"The sampled data of {metric.code} have no unit.")
    period = json_number(data.get("period"), "The period")
    if period <= 0:
        raise Invalid("The period is no length.")
    start = json_number(origin.get("value", 0), "The origin")
    return period, start, json_number(data.get("factor", 1), "The factor"), unit


def _number(word: str) -> float | None:
    try:
        value = float(word)
    except ValueError:
        return None
    return value if isfinite(value) else None
