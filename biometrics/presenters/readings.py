"""Readings as text and as JSON documents."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from biometrics.metrics import Metric
from biometrics.selectors import Aggregate, Latest
from biometrics.services import Receipt
from clinicity.common.pages import Page
from patients.models import Patient

# The colour lane of each metric; others take the accent.
LANES = {
    "activity": "activity", "steps": "activity", "sleep_duration": "sleep",
    "heart_rate": "heart", "resting_heart_rate": "heart", "hrv_sdnn": "heart",
    "hrv_rmssd": "heart", "mood": "mood",
}  # fmt: skip
WINDOW = timedelta(days=90)
# UCUM as people read it; annotations in braces say what is counted.
UNITS = {
    "{count}/min": "counts/min", "{steps}": "steps", "{score}": "of 10", "Cel": "°C",
    "mm[Hg]": "mmHg",
}  # fmt: skip


def unit_text(metric: Metric) -> str:
    return UNITS.get(metric.unit, metric.unit)


def panel(patient: Patient, latest: Sequence[Latest], wanted: str) -> dict[str, Any]:
    """The overview's fragment: newest values and the chart of one metric."""
    return {"patient": patient, "latest": [_stat(part) for part in latest]} | _chart(
        latest, wanted, {}
    )


def series_page(
    patient: Patient, latest: Sequence[Latest], aggregates: Sequence[Aggregate],
    receipts: Page[Receipt], query: Mapping[str, str],
) -> dict[str, Any]:  # fmt: skip
    """One metric large, all metrics in a table, and the receipts of what arrived."""
    return {
        "patient": patient,
        "latest": [_stat(part) for part in latest],
        "aggregates": [{"part": part, "unit": unit_text(part.metric)} for part in aggregates],
        "page": receipts,
    } | _chart(latest, query.get("metric", ""), query)


def _chart(latest: Sequence[Latest], wanted: str, query: Mapping[str, str]) -> dict[str, Any]:
    shown = next((part for part in latest if part.metric.code == wanted), None)
    shown = shown or (latest[0] if latest else None)
    if shown is None:
        return {"shown": None}
    end = query.get("end") or (shown.measured_at + timedelta(minutes=1)).isoformat()
    start = query.get("start") or (shown.measured_at - WINDOW).isoformat()
    lane = LANES.get(shown.metric.code, "accent")
    return {
        "shown": shown.metric,
        "lane": lane,
        "start": start,
        "end": end,
        "in_panel": not query,
    }


def _stat(part: Latest) -> dict[str, Any]:
    return {
        "metric": part.metric,
        "value": f"{part.value:.4g}",
        "unit": unit_text(part.metric),
        "measured_at": part.measured_at,
        "synced_at": part.synced_at,
        "implausible": part.implausible,
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
