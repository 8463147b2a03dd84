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
    """Units a second of one way, over the rounds."""

    name: str
    median: float
    min: float
    max: float


@dataclass(frozen=True)
class Report:
    benchmark: str
    unit: str
    rows: Sequence[Row]
    # Figures beside the rows, by name: the peak of memory.
    more: Mapping[str, float] = field(default_factory=dict)

    @property
    def ratios(self) -> dict[str, float]:
        ours = next(row.median for row in self.rows if row.name == OURS)
        return {
            f"{OURS}/{row.name}": round(ours / row.median, 3)
            for row in self.rows
            if row.name != OURS
        }

    def lines(self) -> list[str]:
        width = max(len(row.name) for row in self.rows)
        head = f"{self.benchmark} ({self.unit}; median, min, max)"
        rows = [
            f"  {row.name:{width}}  {row.median:>14,.0f} {row.min:>14,.0f} {row.max:>14,.0f}"
            for row in self.rows
        ]
        return [
            head,
            *rows,
            *(f"  {name} = {ratio:.2f}" for name, ratio in self.ratios.items()),
            *(f"  {name} = {figure:,.0f}" for name, figure in self.more.items()),
        ]


def measured(benchmark: str, unit: str, ways: Mapping[str, Way], rounds: int) -> Report:
    """Let each way have its turn in each round; the first round only warms up."""
    rates: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(rounds + 1):
        for name, way in ways.items():
            began = time.perf_counter()
            done = way(number)
            rate = done / (time.perf_counter() - began)
            if number:
                rates[name].append(rate)
    rows = [Row(name, median(each), min(each), max(each)) for name, each in rates.items()]
    return Report(benchmark, unit, rows)


def options(description: str, *, rounds: int) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--rounds", type=int, default=rounds)
    parser.add_argument("--json", action="store_true")
    return parser.parse_args()


def tell(report: Report, *, as_json: bool) -> None:
    document = {
        "benchmark": report.benchmark, "unit": report.unit,
        "rows": [asdict(row) for row in report.rows], "ratios": report.ratios,
        **report.more,
    }  # fmt: skip
    sys.stdout.write((json.dumps(document) if as_json else "\n".join(report.lines())) + "\n")
