"""Readings as JSON documents of the API."""

from typing import Any

from biometrics.features.association import Association
from biometrics.features.coverage import DayCoverage
from biometrics.features.gaps import DayGap
from biometrics.metrics import METRICS, Metric
from biometrics.presenters.words import association_sentence, unit_words
from biometrics.selectors.annotations import Mark
from biometrics.selectors.compare import Comparison
from biometrics.selectors.coverage import Coverage, MetricCoverage
from biometrics.selectors.rollups import Period, Periods
from biometrics.selectors.samples import Samples
from biometrics.selectors.syncs import DeviceSync
from biometrics.selectors.windows import Window


def window_document(found: Window) -> dict[str, Any]:
    """What a chart loads. `t` and `v` are as long; a None in `v` is a gap."""
    states = found.metric.states
    return {
        "metric": found.metric.code,
        "name": found.metric.name,
        "unit": found.unit,
        "unit_text": unit_words(found.unit),
        "resolution": found.resolution,
        "total": found.total,
        "t": found.times_ms,
        "v": found.values,
        "low": found.low,
        "high": found.high,
        "gaps": [list(gap) for gap in found.gaps],
        "implausible": found.implausible,
        "devices": [{"id": _text(key), "name": name} for key, name in found.devices],
        "device": found.device,
        "states": {str(code): name for code, name in states.items()},
        "minutes": [_minutes(found.metric, part) for part in found.minutes],
        "ends": found.ends_ms,
    }


def mark_document(mark: Mark) -> dict[str, Any]:
    return {
        "id": str(mark.id),
        "kind": mark.kind,
        "t": round(mark.at.timestamp() * 1000),
        "text": mark.text,
    }


def samples_document(page: Samples) -> dict[str, Any]:
    columns, odd = page.columns, page.implausible.tolist()
    rows = zip(
        columns.start_ms.tolist(), columns.duration_ms.tolist(), columns.value.tolist(),
        columns.offset_min.tolist(), columns.sequence.tolist(), page.device.tolist(), odd,
        strict=True,
    )  # fmt: skip
    return {
        "metric": page.metric.code,
        "unit": page.metric.unit,
        "items": [
            {
                "start": start,
                "end": start + length,
                "value": value,
                "utc_offset_min": offset,
                "sequence": None if sequence < 0 else sequence,
                "device_id": _text(page.devices[device]),
                "implausible": implausible,
            }
            for start, length, value, offset, sequence, device, implausible in rows
        ],
        "next_cursor": page.next_cursor,
    }


def periods_document(page: Periods) -> dict[str, Any]:
    return {
        "metric": page.metric.code,
        "name": page.metric.name,
        "period": page.period,
        "time_zone": page.zone.key,
        "aggregation": page.metric.aggregation.value,
        "items": [_period_document(page.metric, item) for item in page.items],
        "next_cursor": page.next_cursor,
    }


def _period_document(metric: Metric, item: Period) -> dict[str, Any]:
    figure = item.figure
    return {
        "start": item.start_at.isoformat(),
        "local_date": item.local_date.isoformat(),
        "device_id": _text(item.device_id),
        "count": item.count,
        "kind": figure.kind,
        "value": figure.value,
        "unit": figure.unit,
        "minutes": _minutes(metric, figure.minutes),
        "low": item.low,
        "high": item.high,
        "sd": item.sd,
        "implausible": item.implausible,
        "hours": item.hours,
        "hours_of_day": item.hours_of_day,
        "coverage": item.coverage,
    }


def coverage_document(found: Coverage) -> dict[str, Any]:
    return {
        "first": found.first.isoformat(),
        "last": found.last.isoformat(),
        "time_zone": found.zone.key,
        "metrics": [_coverage_of_metric(part) for part in found.metrics],
        "devices": [_device_document(part) for part in found.devices],
    }


def _coverage_of_metric(part: MetricCoverage) -> dict[str, Any]:
    return {
        "metric": part.metric.code,
        "name": part.metric.name,
        "group": part.metric.group.value,
        "counted_by": "hours" if part.all_day else "samples",
        "days_with_data": len(part.days),
        "measured_at": part.measured_at.isoformat() if part.measured_at else None,
        "longest_gap": _gap(part.longest),
        "current_gap": _gap(part.current),
        "days": [_day_document(day) for day in part.days],
    }


def _day_document(day: DayCoverage) -> dict[str, Any]:
    return {
        "day": day.day.isoformat(),
        "samples": day.samples,
        "expected": day.expected,
        "hours": day.hours,
        "hours_of_day": day.hours_of_day,
        "share": day.share,
        "implausible": day.implausible,
    }


def _device_document(part: DeviceSync) -> dict[str, Any]:
    return {
        "id": str(part.device.id) if part.device else None,
        "name": part.device.name if part.device else None,
        "synced_at": part.synced_at.isoformat() if part.synced_at else None,
        "metrics": [
            {
                "metric": lane.metric.code,
                "synced_at": lane.synced_at.isoformat(),
                "measured_on": lane.measured_on.isoformat() if lane.measured_on else None,
            }
            for lane in part.lanes
        ],
    }


def comparison_document(found: Comparison) -> dict[str, Any]:
    return {
        "period": found.period,
        "first": _side(found.first, found.kinds[0]),
        "second": _side(found.second, found.kinds[1]),
        "n": len(found.pairs),
        "needed": found.needed,
        "abstained": found.abstained or None,
        "associations": [_association(part) for part in found.associations],
        "sentence": association_sentence(found),
        "t": [round(pair.start_at.timestamp() * 1000) for pair in found.pairs],
        "a": [pair.first for pair in found.pairs],
        "b": [pair.second for pair in found.pairs],
    }


def _side(metric: Metric, kind: str) -> dict[str, Any]:
    return {
        "metric": metric.code,
        "name": metric.name,
        "unit": metric.unit,
        "unit_text": unit_words(metric.unit),
        "kind": kind,
    }


def _association(part: Association) -> dict[str, Any]:
    return {
        "method": part.method,
        "r": part.r,
        "low": part.low,
        "high": part.high,
        "n": part.n,
        "effective_n": part.effective_n,
    }


def catalogue_document() -> dict[str, Any]:
    return {"items": [_metric_document(metric) for metric in METRICS.values()]}


def _metric_document(metric: Metric) -> dict[str, Any]:
    return {
        "metric": metric.code,
        "name": metric.name,
        "group": metric.group.value,
        "unit": metric.unit,
        "units": [metric.unit, *metric.conversions],
        "loinc": metric.loinc or None,
        "plausible_low": metric.low,
        "plausible_high": metric.high,
        "aggregation": metric.aggregation.value,
        "lasts_ms": metric.lasts_ms or None,
        "keys": list(metric.keys),
        "states": {str(code): name for code, name in metric.states.items()},
    }


def _minutes(metric: Metric, minutes: Any) -> dict[str, float]:
    """Minutes under each state's name; a code that the catalogue lacks stays a number."""
    return {metric.states.get(code, str(code)): value for code, value in minutes.items()}


def _gap(gap: DayGap | None) -> dict[str, Any] | None:
    if gap is None:
        return None
    return {"first": gap.first.isoformat(), "last": gap.last.isoformat(), "days": gap.days}


def _text(value: object) -> str | None:
    return None if value is None else str(value)
