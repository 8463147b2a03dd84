"""The span of time that a question speaks of: "since 3 Nov", "last week", "in October"."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from clinicity.language.verify import MONTHS

DAY = (
    r"(?P<{0}d>\d{{1,2}})(?:st|nd|rd|th)?\s+(?P<{0}m>[a-z]{{3,9}})\.?(?:\s+(?P<{0}y>\d{{4}}))?"
)
ISO = r"(?P<{0}iso>\d{{4}}-\d{{2}}-\d{{2}})"
MOMENT = f"(?:{DAY}|{ISO})"
SMALL = {
    name: value
    for value, name in enumerate(
        [
            "one",
            "two",
            "three",
            "four",
            "five",
            "six",
            "seven",
            "eight",
            "nine",
            "ten",
            "eleven",
            "twelve",
        ],
        start=1,
    )
} | {"a": 1, "an": 1}
UNIT_DAYS = {
    "day": 1,
    "night": 1,
    "week": 7,
    "fortnight": 14,
    "month": 30,
    "quarter": 91,
    "year": 365,
}


@dataclass(frozen=True, slots=True)
class Window:
    """From the start of the first day up to and with the last."""

    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    def before(self) -> "Window":
        """The window of the same length that ends where this one starts."""
        return Window(self.start - timedelta(days=self.days), self.start - timedelta(days=1))

    def holds(self, moment: datetime | None) -> bool:
        return moment is not None and self.start <= moment.date() <= self.end


def window_in(text: str, *, today: date, last_visit: date | None = None) -> Window | None:
    """The first window that the text names, or None. Never ends after today."""
    folded = text.casefold()
    for pattern, read in READERS.items():
        found = re.search(pattern, folded)
        window = read(found, today, last_visit) if found else None
        if window and window.start <= window.end:
            return window
    return None


Reader = Callable[[re.Match[str], date, date | None], Window | None]


def _between(found: re.Match[str], today: date, last_visit: date | None) -> Window | None:
    end = _moment(found, "b", today)
    start = _moment(found, "a", end or today)
    return Window(start, min(end, today)) if start and end else None


def _between_days(found: re.Match[str], today: date, last_visit: date | None) -> Window | None:
    """ "between 1 and 10 Nov": the first day takes the second's month."""
    end = _moment(found, "b", today)
    start = _date(end.year, end.month, int(found["first"])) if end else None
    return Window(start, min(end, today)) if start and end else None


def _since(found: re.Match[str], today: date, last_visit: date | None) -> Window | None:
    start = _moment(found, "a", today)
    return Window(start, today) if start else None


def _since_visit(found: re.Match[str], today: date, last_visit: date | None) -> Window | None:
    return Window(last_visit, today) if last_visit else None


def _on(found: re.Match[str], today: date, last_visit: date | None) -> Window | None:
    on = _moment(found, "a", today)
    return Window(on, on) if on else None


def _last_many(found: re.Match[str], today: date, last_visit: date | None) -> Window | None:
    count = found["count"] or "1"
    many = int(count) if count.isdigit() else SMALL[count]
    return _back(many * UNIT_DAYS[found["unit"]], today)


def _this(found: re.Match[str], today: date, last_visit: date | None) -> Window | None:
    if found["unit"] == "week":
        return Window(today - timedelta(days=today.weekday()), today)
    start = today.replace(day=1) if found["unit"] == "month" else today.replace(month=1, day=1)
    return Window(start, today)


def _yesterday(found: re.Match[str], today: date, last_visit: date | None) -> Window | None:
    one = today - timedelta(days=1)
    return Window(one, one)


def _today(found: re.Match[str], today: date, last_visit: date | None) -> Window | None:
    return Window(today, today)


def _month(found: re.Match[str], today: date, last_visit: date | None) -> Window | None:
    month = MONTHS.get(found["month"])
    if month is None:
        return None
    year = int(found["year"]) if found["year"] else today.year - (month > today.month)
    start = date(year, month, 1)
    after = date(year + month // 12, month % 12 + 1, 1)
    end = today if found["from"] == "since" else after - timedelta(days=1)
    return Window(start, min(end, today))


UNITS = "|".join(UNIT_DAYS)
COUNT = rf"(?P<count>\d{{1,3}}|{'|'.join(SMALL)})?"
# The most telling first: the first that can be read decides.
READERS: Mapping[str, Reader] = {
    rf"(?:from|between) {MOMENT.format('a')} (?:to|and|until|till) {MOMENT.format('b')}": _between,
    rf"(?:from|between) (?P<first>\d{{1,2}}) (?:to|and|until|till) {MOMENT.format('b')}": _between_days,
    rf"(?:since|from|after) {MOMENT.format('a')}": _since,
    r"since (?:(?:my|our|the|his|her|their) )?last (?:visit|appointment|contact|encounter)": _since_visit,
    rf"\bon {MOMENT.format('a')}": _on,
    rf"(?:last|past|previous|recent) {COUNT}\s*(?P<unit>{UNITS})s?\b": _last_many,
    r"\bthis (?P<unit>week|month|year)\b": _this,
    r"\byesterday\b": _yesterday,
    r"\btoday\b": _today,
    r"\b(?P<from>in|since|during) (?P<month>[a-z]{3,9})\b(?: (?P<year>\d{4}))?": _month,
}


def _back(days: int, today: date) -> Window:
    return Window(today - timedelta(days=days - 1), today)


def _moment(found: re.Match[str], name: str, latest: date) -> date | None:
    """A day; one without a year is the newest of its name that isn't after `latest`."""
    if found[f"{name}iso"]:
        return _iso(found[f"{name}iso"])
    month = MONTHS.get(found[f"{name}m"])
    if month is None:
        return None
    number = int(found[f"{name}d"])
    if found[f"{name}y"]:
        return _date(int(found[f"{name}y"]), month, number)
    this_year = _date(latest.year, month, number)
    return (
        this_year
        if this_year and this_year <= latest
        else _date(latest.year - 1, month, number)
    )


def _iso(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _date(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None
