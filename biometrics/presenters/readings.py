"""Readings on a page: newest values, one metric as a chart, its days, all metrics' days."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from urllib.parse import urlencode

from django.utils.translation import gettext as _

from biometrics.metrics import Aggregation, Group, Metric
from biometrics.presenters.rooms import room
from biometrics.presenters.words import (
    GROUPS,
    KINDS,
    day_words,
    figure_words,
    minutes_words,
    number_words,
    unit_words,
    value_words,
)
from biometrics.selectors import Aggregate, AsOf, Latest
from biometrics.selectors.rollups import Period, Periods
from biometrics.selectors.summaries import DailySummary
from patients.models import Patient

# The colour lane of each group; others take the accent.
LANES = {
    Group.ACTIVITY: "activity", Group.SLEEP: "sleep", Group.HEART: "heart", Group.MOOD: "mood",
}  # fmt: skip
WINDOW = timedelta(days=90)
OVER_A_DAY = (Aggregation.SUM, Aggregation.TIME_IN_STATE)


def panel(
    patient: Patient, latest: Sequence[Latest], summaries: Sequence[DailySummary], wanted: str
) -> dict[str, Any]:
    """The overview's fragment: newest values and the chart of one metric."""
    return {"patient": patient, "latest": _stats(latest, summaries)} | chart(latest, wanted, {})


def series_page(
    patient: Patient, latest: Sequence[Latest], summaries: Sequence[DailySummary],
    days: Periods | None, query: Mapping[str, str],
) -> dict[str, Any]:  # fmt: skip
    """One metric large with its days, and all metrics in a table."""
    lines = _day_lines(days) if days else []
    return (
        room(patient, "biometrics:series")
        | {
            "groups": grouped(latest),
            "latest": _stats(latest, summaries),
            "summaries": [_summary_line(part) for part in summaries],
            "days": lines,
            "has_range": any(line["range"] for line in lines),
            "has_remark": any(line["implausible"] for line in lines),
        }
        | chart(latest, query.get("metric", ""), query)
    )


def chart(latest: Sequence[Latest], wanted: str, query: Mapping[str, str]) -> dict[str, Any]:
    """What the chart of the wanted metric starts with; the first one's without a wish."""
    shown = shown_of(latest, wanted)
    if shown is None:
        return {"shown": None}
    return {
        "shown": shown.metric,
        "lane": lane_of(shown.metric),
        "start": _moment(query, "start") or (shown.measured_at - WINDOW).isoformat(),
        "end": _moment(query, "end") or (shown.measured_at + timedelta(minutes=1)).isoformat(),
        "in_panel": not query,
    }


def _moment(query: Mapping[str, str], name: str) -> str:
    """A moment of the address, as it stands there; nothing where it is none."""
    try:
        moment = datetime.fromisoformat(query.get(name, ""))
    except ValueError:
        return ""
    return query[name] if moment.tzinfo else ""


def shown_of(latest: Sequence[Latest], wanted: str) -> Latest | None:
    found = next((part for part in latest if part.metric.code == wanted), None)
    return found or (latest[0] if latest else None)


def lane_of(metric: Metric) -> str:
    return LANES.get(metric.group, "accent")


def grouped(latest: Sequence[Latest]) -> list[dict[str, Any]]:
    """The metrics that are present, under their groups' names."""
    ordered = sorted(latest, key=lambda part: list(Group).index(part.metric.group))
    return [
        {"name": GROUPS[group], "metrics": [part.metric for part in parts]}
        for group, parts in groupby(ordered, key=lambda part: part.metric.group)
    ]


def _stats(latest: Sequence[Latest], summaries: Sequence[DailySummary]) -> list[dict[str, Any]]:
    """The newest values; of what adds up over a day, the newest day's figure."""
    by_code = {part.metric.code: part for part in summaries}
    return [_stat(part, by_code.get(part.metric.code)) for part in latest]


def _stat(part: Latest, summary: DailySummary | None) -> dict[str, Any]:
    stat = {
        "metric": part.metric,
        "value": value_words(part.metric, part.value),
        "unit": unit_words(part.metric.unit),
        "measured_at": part.measured_at,
        "synced_at": part.synced_at,
        "note": _("outside what is plausible") if part.implausible else "",
    }
    if summary and part.metric.aggregation in OVER_A_DAY:
        figure = summary.newest
        stat["value"] = figure_words(part.metric, figure)
        stat["unit"] = ""
        stat["note"] = _("over %(day)s") % {"day": day_words(summary.newest_day)}
    return stat


def _summary_line(part: DailySummary) -> dict[str, Any]:
    """One metric's row: what a day of it comes to."""
    metric = part.metric
    return {
        "metric": metric,
        "kind": _("a day") if metric.aggregation is Aggregation.SUM else _("daily mean"),
        "states": minutes_words(metric, part.minutes),
        "mean": number_words(part.mean),
        "low": number_words(part.low),
        "high": number_words(part.high),
        "unit": unit_words(metric.unit),
        "days": part.days,
        "samples": part.samples,
    }


def _day_lines(found: Periods) -> list[dict[str, Any]]:
    """The days of one metric, newest first."""
    return [_day_line(found.metric, item) for item in reversed(found.items)]


def _day_line(metric: Metric, item: Period) -> dict[str, Any]:
    start = item.start_at
    window = {"start": start.isoformat(), "end": (start + timedelta(days=1)).isoformat()}
    return {
        "day": item.local_date,
        "query": urlencode({"metric": metric.code} | window),
        "figure": figure_words(metric, item.figure),
        "kind": KINDS[item.figure.kind],
        "range": _range_words(metric, item),
        "samples": item.count,
        "hours": item.hours,
        "hours_of_day": item.hours_of_day,
        "implausible": item.implausible,
    }


def _range_words(metric: Metric, item: Period) -> str:
    if metric.aggregation in OVER_A_DAY or item.count == 1:
        return ""
    return f"{number_words(item.low)} – {number_words(item.high)}"


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


def as_of_document(found: AsOf) -> dict[str, Any]:
    """Readings as of a row of the ledger, by device, as columns."""
    return {
        "metric": found.metric.code,
        "unit": found.metric.unit,
        "position": found.position,
        "devices": [
            {
                "device_id": str(device) if device else None,
                "start_ms": part.start_ms.tolist(),
                "duration_ms": part.duration_ms.tolist(),
                "value": part.value.tolist(),
            }
            for (device, _), part in found.lanes.items()
        ],
    }
