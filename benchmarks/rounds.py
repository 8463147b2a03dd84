"""Interleaved rounds, and how their figures are told."""

import argparse
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from statistics import median

# A way does its work for one round's number and returns how many units it did.
Way = Callable[[int], int]
OURS = "clinicity"


@dataclass(frozen=True)
class Row:
    """The figure of one way, over the rounds."""

    name: str
    median: float
    min: float
    max: float


def row_of(name: str, figures: Sequence[float]) -> Row:
    return Row(name, median(figures), min(figures), max(figures))


@dataclass(frozen=True)
class Report:
    """Rows and their ratios.

    A row `NAME_suffix` is told beside `clinicity_suffix` for each of `suffixes`, and
    beside `clinicity` otherwise, where there is such a row. `extra` is what a benchmark adds to the JSON.
    """

    benchmark: str
    unit: str
    rows: Sequence[Row]
    suffixes: Sequence[str] = ()
    less_is_better: bool = False
    extra: Mapping[str, float] = field(default_factory=dict)

    @property
    def ratios(self) -> dict[str, float]:
        medians = {row.name: row.median for row in self.rows}
        pairs = [(self._ours(name), name) for name in medians if not name.startswith(OURS)]
        return {
            f"{ours}/{name}": round(medians[ours] / medians[name], 4)
            for ours, name in pairs
            if ours in medians
        }

    def _ours(self, name: str) -> str:
        found = [suffix for suffix in self.suffixes if name.endswith(suffix)]
        return OURS + (found[0] if found else "")

    def lines(self) -> list[str]:
        width = max(len(row.name) for row in self.rows)
        better = ", less is better" if self.less_is_better else ""
        digits = 0 if min(row.median for row in self.rows) >= 100 else 3
        rows = [
            f"  {row.name:{width}}  "
            + " ".join(f"{figure:>14,.{digits}f}" for figure in (row.median, row.min, row.max))
            for row in self.rows
        ]
        return [
            f"{self.benchmark} ({self.unit}; median, min, max{better})",
            *rows,
            *(f"  {name} = {ratio:.3g}" for name, ratio in self.ratios.items()),
            *(f"  {name}: {figure:,.3f}" for name, figure in self.extra.items()),
        ]


def measured(
    benchmark: str, unit: str, ways: Mapping[str, Way], rounds: int,
    *, before: Callable[[int], None] | None = None,
) -> Report:  # fmt: skip
    """Units a second: each way has its turn in each round; the first only warms up.

    `before` prepares a round's input outside of the time that is measured.
    """
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        if before:
            before(number)
        for name in _order(list(ways), number):
            began = time.perf_counter()
            done = ways[name](number)
            rate = done / (time.perf_counter() - began)
            if number:
                rates[name].append(rate)
    return Report(benchmark, unit, [row_of(name, each) for name, each in rates.items()])


def _order(names: list[str], number: int) -> list[str]:
    """Another order in each round, so that nobody always follows the same neighbour."""
    start = number % len(names)
    turned = names[start:] + names[:start]
    return turned[::-1] if number % 2 else turned


def parser(description: str, *, rounds: int) -> argparse.ArgumentParser:
    """What every benchmark can be told; some add words of their own."""
    made = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument("--rounds", type=int, default=rounds)
    made.add_argument("--json", action="store_true")
    return made


def options(description: str, *, rounds: int) -> argparse.Namespace:
    return parser(description, rounds=rounds).parse_args()


def tell(report: Report, *, as_json: bool) -> None:
    document = {
        "benchmark": report.benchmark, "unit": report.unit,
        "rows": [asdict(row) for row in report.rows], "ratios": report.ratios, **report.extra,
    }  # fmt: skip
    sys.stdout.write((json.dumps(document) if as_json else "\n".join(report.lines())) + "\n")
