"""Whether a change is more than the instrument's own noise. Pure.

Jacobson NS, Truax P. Clinical significance: a statistical approach to defining meaningful
change in psychotherapy research. J Consult Clin Psychol 1991;59:12–19
(doi:10.1037/0022-006X.59.1.12): RCI = (x₂ − x₁) / S_diff, S_diff = √2 · SEM,
SEM = SD · √(1 − r). Beyond ±1.96 the change is reliable (p < .05).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from math import sqrt

from patients.instruments.definitions import ChangeFigures, Instrument, Source

RELIABLE = 1.96
METHOD = Source("Jacobson & Truax 1991", "10.1037/0022-006X.59.1.12")


@dataclass(frozen=True)
class Scored:
    """One answered questionnaire's score, and when it was answered."""

    at: datetime
    total: float


@dataclass(frozen=True)
class Change:
    """How far two scores lie apart, and what may be said of it.

    `verdict` is improved, deteriorated, unchanged (no reliable change) or unknown (no
    published figures); `recovered` is set where a cut-off of recovery is published.
    """

    first: Scored
    last: Scored
    n: int
    points: float
    verdict: str
    rci: float | None = None
    sem: float | None = None
    least_reliable: float | None = None
    important: bool | None = None
    recovered: bool | None = None
    percent: float | None = None
    sources: tuple[Source, ...] = ()


def sem(figures: ChangeFigures) -> float:
    """The standard error of measurement, in points."""
    return figures.sd * sqrt(1 - figures.reliability)


def difference_error(figures: ChangeFigures) -> float:
    """The standard error of a difference between two scores, in points."""
    return sqrt(2) * sem(figures)


def rci(figures: ChangeFigures, before: float, after: float) -> float:
    return (after - before) / difference_error(figures)


def change(instrument: Instrument, scores: Sequence[Scored]) -> Change | None:
    """From the first score to the last; None with fewer than two."""
    ordered = sorted(scores, key=lambda one: one.at)
    if len(ordered) < 2:
        return None
    first, last = ordered[0], ordered[-1]
    points, figures = last.total - first.total, instrument.change
    index = rci(figures, first.total, last.total) if figures else None
    improved = _better(instrument, points)
    return Change(
        first=first,
        last=last,
        n=len(ordered),
        points=points,
        verdict=_verdict(index, improved=improved),
        rci=index,
        sem=sem(figures) if figures else None,
        least_reliable=RELIABLE * difference_error(figures) if figures else None,
        important=abs(points) >= instrument.important.value if instrument.important else None,
        recovered=_recovered(instrument, first, last, index, improved=improved),
        percent=percent(instrument, first.total, last.total),
        sources=_sources(instrument),
    )


def percent(instrument: Instrument, before: float, after: float) -> float | None:
    """The change in percent of what the first score exceeds the scale's floor by."""
    base = before - instrument.percent_change_from
    return 100 * (after - before) / base if base > 0 else None


def _better(instrument: Instrument, points: float) -> bool:
    return points > 0 if instrument.higher_is == "better" else points < 0


def _verdict(index: float | None, *, improved: bool) -> str:
    if index is None:
        return "unknown"
    if abs(index) <= RELIABLE:
        return "unchanged"
    return "improved" if improved else "deteriorated"


def _recovered(
    instrument: Instrument, first: Scored, last: Scored, index: float | None, *, improved: bool
) -> bool | None:
    """Clinically significant change: reliably better, and across the cut-off."""
    if instrument.recovery is None or index is None:
        return None
    ill = [_is_ill(instrument, one.total) for one in (first, last)]
    return abs(index) > RELIABLE and improved and ill == [True, False]


def _is_ill(instrument: Instrument, total: float) -> bool:
    assert instrument.recovery  # noqa: S101  (asked by who has looked)
    cutoff = instrument.recovery.value
    return total <= cutoff if instrument.higher_is == "better" else total >= cutoff


def _sources(instrument: Instrument) -> tuple[Source, ...]:
    known = (instrument.change, instrument.important, instrument.recovery)
    found = [one.source for one in known if one]
    return (METHOD, *found) if instrument.change else tuple(found)
