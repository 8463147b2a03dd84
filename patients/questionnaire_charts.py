"""The picture of one instrument's scores: points over time on its severity bands. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from patients.instruments import Instrument, Scored

WIDTH, HEIGHT = 640, 220
LEFT, RIGHT, TOP, BOTTOM = 34, 150, 10, 26
LONGEST_LINE = 18


@dataclass(frozen=True)
class Band:
    y: float
    height: float
    words: Sequence[str]
    step: int


@dataclass(frozen=True)
class Dot:
    x: float
    y: float
    at: datetime
    total: float


@dataclass(frozen=True)
class ScoreChart:
    """Coordinates in a box of 640 × 220; `line` is SVG path data."""

    bands: Sequence[Band]
    dots: Sequence[Dot]
    line: str
    lowest: int
    highest: int
    width: int = WIDTH
    height: int = HEIGHT
    left: int = LEFT
    right: int = WIDTH - RIGHT
    words_x: int = WIDTH - RIGHT + 8
    bottom: int = HEIGHT - BOTTOM
    top: int = TOP
    foot: int = HEIGHT - 8


def score_chart(instrument: Instrument, scores: Sequence[Scored]) -> ScoreChart | None:
    """The picture of some scores, oldest first; None when there are none."""
    if not scores:
        return None
    dots = [
        Dot(_x(one.at, scores), _y(one.total, instrument), one.at, one.total) for one in scores
    ]
    line = "".join(f"{'L' if n else 'M'}{dot.x} {dot.y}" for n, dot in enumerate(dots))
    return ScoreChart(_bands(instrument), dots, line, instrument.minimum, instrument.maximum)


def _bands(instrument: Instrument) -> list[Band]:
    found = []
    tops = [lowest for lowest, _ in instrument.bands[1:]] + [instrument.maximum]
    for step, ((lowest, words), top) in enumerate(zip(instrument.bands, tops, strict=True)):
        upper, lower = _y(top, instrument), _y(lowest, instrument)
        found.append(Band(upper, round(lower - upper, 1), _lines(words), step))
    return found


def _lines(words: str) -> list[str]:
    """In one line, or in two where one would leave the picture."""
    if len(words) <= LONGEST_LINE:
        return [words]
    gaps = [n for n, letter in enumerate(words) if letter == " "]
    middle = min(gaps, key=lambda n: abs(n - len(words) / 2))
    return [words[:middle], words[middle + 1 :]]


def _x(at: datetime, scores: Sequence[Scored]) -> float:
    """A lone score stands in the middle."""
    first, last = scores[0].at, scores[-1].at
    along = (at - first) / (last - first) if last > first else 0.5
    return round(LEFT + 6 + along * (WIDTH - LEFT - RIGHT - 12), 1)


def _y(total: float, instrument: Instrument) -> float:
    up = (total - instrument.minimum) / (instrument.maximum - instrument.minimum)
    return round(HEIGHT - BOTTOM - up * (HEIGHT - TOP - BOTTOM), 1)
