"""Sentences composed from facts by templates. Nothing here knows more than its arguments.

Every value, unit and date of a sentence is one of the fact's own, so that `verify`
finds each of them in the span that the sentence cites.
"""

from dataclasses import dataclass
from datetime import date, datetime

MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measured value.

    `low` and `high` are its reference range, `band` the words that its authors give it,
    where these are known.
    """

    measure: str
    value: float
    unit: str
    on: date
    low: float | None = None
    high: float | None = None
    band: str = ""


@dataclass(frozen=True, slots=True)
class Estimate:
    """A figure with its interval (of `level` per cent), and the days that it rests on."""

    figure: str
    value: float
    low: float
    high: float
    level: int
    days: int
    start: date
    end: date


@dataclass(frozen=True, slots=True)
class Average:
    """The daily mean of a series over a span of days, `days` of which have data."""

    value: float
    days: int
    start: date
    end: date


def day(moment: date | datetime) -> str:
    """An unambiguous date: 3 Nov 2026."""
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def number(value: float) -> str:
    """At most two decimals below ten and one above, no trailing zeros."""
    digits = 2 if abs(value) < 10 else 1
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def amount(value: float, unit: str) -> str:
    return f"{number(value)} {unit}".strip()


def measured(now: Measurement, before: Measurement | None = None) -> str:
    """What a value was, how it stands to its range, and what it was before."""
    head = f"{now.measure} was {_worded(now)} on {day(now.on)}"
    parts = [head, _against_range(now), _since(now, before) if before else ""]
    return ", ".join(part for part in parts if part) + "."


def averaged(measure: str, unit: str, now: Average, before: Average | None = None) -> str:
    """The mean over a window beside the mean of the window before it."""
    head = (
        f"{measure} averaged {amount(now.value, unit)} over {_days(now)}"
        f" ({day(now.start)} to {day(now.end)})"
    )
    if before is None:
        return f"{head}; there is no earlier data to compare it with."
    verb = _direction(now.value, before.value)
    return (
        f"{head}, {verb} {amount(before.value, unit)} over {_days(before)}"
        f" ({day(before.start)} to {day(before.end)})."
    )


def estimated(fact: Estimate) -> str:
    """A twin's figure, never without its interval."""
    return (
        f"{fact.figure} was {number(fact.value)} ({fact.level} % interval {number(fact.low)}"
        f" to {number(fact.high)}), from {fact.days} days between {day(fact.start)}"
        f" and {day(fact.end)}."
    )


def quoted(label: str, on: date | None, text: str) -> str:
    """A sentence of a source, word for word, with where and when it was said."""
    where = f"{label}, {day(on)}" if on else label
    return f"{where}: “{text.strip()}”"


def disagreement(one: str, other: str) -> str:
    """Two sources that contradict each other, shown side by side."""
    return f"Sources differ. {one} {other}"


def no_data(measure: str, start: date, end: date) -> str:
    return f"{measure} has no data from {day(start)} to {day(end)}."


def not_searched(kinds: list[str]) -> str:
    return f"Not searched, because the service didn't answer: {listed(kinds)}. Ask again later."


def nothing_about(words: list[str], *, searched: str) -> str:
    named = ", ".join(f"“{word}”" for word in words)
    return f"Nothing found mentions {named}. Searched: {searched}."


def nothing_found(*, searched: str) -> str:
    return f"The record holds no evidence that answers this. Searched: {searched}."


def would_need(kinds: list[str]) -> str:
    return f"To answer it, this would help: {'; '.join(kinds)}."


def listed(items: list[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} and {items[-1]}"


def _against_range(now: Measurement) -> str:
    if now.low is None and now.high is None:
        return ""
    span = _range(now)
    if now.low is not None and now.value < now.low:
        return f"below the reference range {span}"
    if now.high is not None and now.value > now.high:
        return f"above the reference range {span}"
    return f"within the reference range {span}"


def _range(now: Measurement) -> str:
    if now.low is None:
        return f"up to {amount(now.high or 0, now.unit)}"
    if now.high is None:
        return f"from {amount(now.low, now.unit)}"
    return f"{number(now.low)} to {amount(now.high, now.unit)}"


def _since(now: Measurement, before: Measurement) -> str:
    verb = _direction(now.value, before.value)
    return f"{verb} {_worded(before)} on {day(before.on)}"


def _worded(fact: Measurement) -> str:
    value = amount(fact.value, fact.unit)
    return f"{value} ({fact.band})" if fact.band else value


def _direction(now: float, before: float) -> str:
    if number(now) == number(before):
        return "unchanged from"
    return "up from" if now > before else "down from"


def _days(average: Average) -> str:
    return f"{average.days} {'day' if average.days == 1 else 'days'} with data"
