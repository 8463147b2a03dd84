"""The catalogue as a page of the documentation. Pure.

`python -m biometrics.metrics.table > docs/metrics.md` writes it anew.
"""

import sys
from collections.abc import Iterable

from biometrics.metrics import METRICS
from biometrics.metrics.kinds import DAY_MS, HOUR_MS, YEAR_MS, Group, Metric
from biometrics.metrics.loinc import LOINC_NAMES

SPANS = {HOUR_MS: "hour", DAY_MS: "day", YEAR_MS: "year"}
HEAD = """\
# Metrics

What a reading can measure. This page is written from `biometrics/metrics/`
(`python -m biometrics.metrics.table > docs/metrics.md`); a test holds both equal.

- **Unit**: in UCUM, as values are kept. **Other units** are converted when a reading says
  that it is in one; what says none is taken to be in the unit.
- **LOINC**: the code that a reading has elsewhere. It is left out where LOINC has none, or
  only one that says more than the reading does (a method, a place on the body).
- **Plausible**: a value outside is kept and shown as doubtful.
- **Segment**: readings of that span are stored together.
- **Summed up**: how readings become one figure of an hour or a day.

This material contains content from LOINC (http://loinc.org). LOINC is copyright © Regenstrief
Institute, Inc. and the LOINC Committee and is available at no cost under the license at
http://loinc.org/license. LOINC® is a registered United States trademark of Regenstrief
Institute, Inc.
"""
COLUMNS = (
    "code", "name", "unit", "other units", "LOINC", "plausible", "segment", "summed up",
)  # fmt: skip


def markdown() -> str:
    """The whole page, a table for each group."""
    return "\n".join([HEAD, *map(_section, Group)])


def _section(group: Group) -> str:
    metrics = [metric for metric in METRICS.values() if metric.group is group]
    rows = [COLUMNS, ("---",) * len(COLUMNS), *map(_cells, metrics)]
    return "\n".join([f"## {group.value.capitalize()}", "", *map(_row, rows), ""])


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _cells(metric: Metric) -> tuple[str, ...]:
    return (
        f"`{metric.code}`",
        metric.name,
        f"`{metric.unit}`",
        ", ".join(f"`{unit}`" for unit in metric.conversions),
        f"{metric.loinc} {LOINC_NAMES[metric.loinc]}" if metric.loinc else "",
        f"{metric.low:,g} … {metric.high:,g}",
        SPANS[metric.span_ms],
        metric.aggregation.value.replace("_", " "),
    )


if __name__ == "__main__":
    sys.stdout.write(markdown())
