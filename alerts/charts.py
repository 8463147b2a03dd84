"""The small picture of why an alert rang: values, threshold, and the breach itself."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import median
from typing import Any

WIDTH, HEIGHT = 320, 88
LEFT, RIGHT, TOP, BOTTOM = 4, 44, 8, 8
# A silence of more than this many usual steps is a gap, not a line.
GAP_STEPS = 5

Point = tuple[float, float]


@dataclass(frozen=True)
class BreachChart:
    """Coordinates in a box of 320 × 88. `lines` and `beyond` are SVG path data."""

    lines: str
    beyond: str
    threshold_y: float
    worst: Point
    dots: Sequence[Point]
    width: int = WIDTH
    height: int = HEIGHT
    right: int = WIDTH - RIGHT


def breach_chart(evidence: Mapping[str, Any]) -> BreachChart | None:
    """The picture of one alert's evidence; None when it kept no values."""
    points = [(float(at), float(value)) for at, value in evidence["points"]]
    if not points:
        return None
    threshold, worst = float(evidence["params"]["value"]), float(evidence["worst"])
    place = _places(points, threshold)
    start, end = evidence["start_ms"], evidence["end_ms"]
    inside = [point for point in points if start <= point[0] <= end]
    peak = next(
        (point for point in inside if point[1] == worst), inside[-1] if inside else points[-1]
    )
    return BreachChart(
        lines=_path(points, place),
        beyond=_path(inside, place),
        threshold_y=place((points[0][0], threshold))[1],
        worst=place(peak),
        dots=[place(point) for point in points] if len(points) <= 12 else [],
    )


def _places(points: Sequence[Point], threshold: float):  # type: ignore[no-untyped-def]
    """A function from (ms, value) to a place in the box. A lone value stands at the right."""
    first, last = points[0][0], points[-1][0]
    values = [value for _, value in points] + [threshold]
    low, high = min(values), max(values)
    margin = (high - low) * 0.1 or 1.0
    low, high = low - margin, high + margin

    def place(point: Point) -> Point:
        along = (point[0] - first) / (last - first) if last > first else 1.0
        up = (point[1] - low) / (high - low)
        x = LEFT + along * (WIDTH - LEFT - RIGHT)
        return round(x, 1), round(HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM), 1)

    return place


def _path(points: Sequence[Point], place) -> str:  # type: ignore[no-untyped-def]
    """SVG path data; a long silence is a gap, not a line."""
    if not points:
        return ""
    steps = [after[0] - before[0] for before, after in pairwise(points)]
    longest = GAP_STEPS * median(steps) if steps else 0.0
    x, y = place(points[0])
    parts = [f"M{x} {y}"]
    for before, point in pairwise(points):
        x, y = place(point)
        parts.append(f"{'M' if point[0] - before[0] > longest else 'L'}{x} {y}")
    return "".join(parts)
