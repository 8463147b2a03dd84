"""The columns of a table as a form, and back: what each of them is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from django.utils.translation import gettext_lazy as _

from biometrics.importers.table import PreviewRow
from biometrics.importers.table_mapping import DURATIONS_MS, TableMapping, ValueColumn
from biometrics.metrics import METRICS

# Parts of a mapping that are one column each.
PARTS = {
    "time": _("Time"),
    "end": _("End"),
    "duration": _("Duration"),
    "device": _("Device"),
    "offset": _("Time zone or offset"),
    "long_metric": _("Name of the metric"),
    "long_value": _("Value of the named metric"),
    "long_unit": _("Unit of the named metric"),
}
TIME_FORMATS = {
    "auto": _("as the first rows show"),
    "iso": "2026-11-03 14:05",
    "day_first": "03/11/2026 14:05",
    "month_first": "11/03/2026 14:05",
    "epoch_s": _("seconds since 1970"),
    "epoch_ms": _("milliseconds since 1970"),
}
METRIC = "metric:"


@dataclass(frozen=True)
class Column:
    """One column as a line of the form."""

    number: int
    name: str
    examples: str
    role: str
    unit: str
    units: Sequence[str]


def columns_of_table(sample: Sequence[Sequence[str]], mapping: TableMapping) -> list[Column]:
    header, rows = sample[0], sample[1:]
    roles = {getattr(mapping, part): part for part in PARTS if getattr(mapping, part)}
    values = {one.column: one for one in mapping.values}
    return [_column(number, name, rows, roles, values) for number, name in enumerate(header)]


def words_of_table(
    sample: Sequence[Sequence[str]], mapping: TableMapping
) -> list[tuple[str, str]]:
    """For a long table: what it calls its metrics, and which each is."""
    header = list(sample[0])
    if mapping.long_metric not in header:
        return []
    place = header.index(mapping.long_metric)
    words = dict.fromkeys(row[place].strip() for row in sample[1:] if len(row) > place)
    return [(word, mapping.names.get(word, "")) for word in words if word]


def mapping_of(header: Sequence[str], data: Mapping[str, str]) -> TableMapping:
    """What was chosen, unchecked: a part stands for the first column that has it."""
    roles = {name: data.get(f"role.{number}", "") for number, name in enumerate(header)}
    parts = {role: name for name, role in reversed(roles.items()) if role in PARTS}
    values = tuple(
        ValueColumn(name, roles[name].removeprefix(METRIC), data.get(f"unit.{number}", ""))
        for number, name in enumerate(header)
        if roles[name].startswith(METRIC)
    )
    names = {
        data[f"word.{number}"]: data[f"name.{number}"]
        for number in range(_count(data, "word."))
        if data.get(f"name.{number}")
    }
    return TableMapping(
        **parts,
        time_format=data.get("time_format") or "auto",
        duration_unit=data.get("duration_unit") or "s",
        values=values,
        names=names if "long_metric" in parts else {},
    )


def choices() -> dict[str, Any]:
    """What the form's lists offer."""
    metrics = sorted(METRICS.values(), key=lambda metric: (metric.group, metric.name))
    groups = groupby(metrics, key=lambda metric: metric.group)
    return {
        "parts": PARTS.items(),
        "groups": [(group.value, list(found)) for group, found in groups],
        "time_formats": TIME_FORMATS.items(),
        "duration_units": list(DURATIONS_MS),
        "metric_prefix": METRIC,
    }


def preview_lines(rows: Sequence[PreviewRow]) -> list[dict[str, Any]]:
    """The first rows as they would be stored, with what stands in the way."""
    return [
        {
            "number": row.number + 1,
            "cells": row.cells,
            "points": [_point(point) for point in row.points],
            "reasons": row.reasons,
            "ignored": row.ignored,
        }
        for row in rows
    ]


def _column(
    number: int, name: str, rows: Sequence[Sequence[str]], roles: Mapping[str, str],
    values: Mapping[str, ValueColumn],
) -> Column:  # fmt: skip
    cells = dict.fromkeys(row[number].strip() for row in rows if len(row) > number)
    examples = ", ".join([cell for cell in cells if cell][:3])
    value = values.get(name)
    role = METRIC + value.metric if value else roles.get(name, "")
    metric = METRICS.get(value.metric) if value else None
    units = [metric.unit, *metric.conversions] if metric else []
    return Column(number, name, examples, role, value.unit if value else "", units)


def _point(point: Any) -> dict[str, Any]:
    metric = METRICS[point.metric]
    return {
        "at": datetime.fromtimestamp(point.start_ms / 1000, UTC),
        "name": metric.name,
        "value": f"{point.value:g}",
        "unit": metric.unit,
        "device": point.device,
    }


def _count(data: Mapping[str, str], prefix: str) -> int:
    return sum(key.startswith(prefix) for key in data)
