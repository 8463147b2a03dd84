"""Readings as text and as JSON documents."""

from typing import Any

from biometrics.selectors import Aggregate, Series


def series_document(series: Series) -> dict[str, Any]:
    """What a chart loads."""
    return {
        "metric": series.metric.code,
        "name": series.metric.name,
        "unit": series.metric.unit,
        "total": series.total,
        "t": series.times_ms,
        "v": series.values,
    }


def aggregate_document(found: list[Aggregate]) -> dict[str, Any]:
    """Every metric's summary, with the days that it rests on."""
    return {"metrics": [_metric_document(part) for part in found]}


def _metric_document(part: Aggregate) -> dict[str, Any]:
    return {
        "metric": part.metric.code,
        "name": part.metric.name,
        "unit": part.metric.unit,
        "loinc": part.metric.loinc or None,
        "samples": part.samples,
        "mean": part.mean,
        "min": part.low,
        "max": part.high,
        "sd_of_days": part.sd_of_days,
        "days_with_data": part.days,
        "days_asked": part.days_asked,
        "coverage": part.days / part.days_asked,
        "first_day": part.first_day.isoformat(),
        "last_day": part.last_day.isoformat(),
    }
