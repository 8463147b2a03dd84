"""What to measure while someone takes a drug, when it was due, and what the last value was.

A schedule reads active medications and laboratory results; the rules with their sources
are in `data/monitoring.toml`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from typing import Any

from patients.clinical import units
from patients.clinical.drugs import identify
from patients.clinical.loinc import analyte_of, analytes
from patients.clinical.tables import document_of

# A result up to so long before the first day counts as that day's baseline.
BASELINE = timedelta(days=90)
# A result that comes a little early still meets a fixed point.
EARLY = timedelta(days=2)
# Rows of one ingredient with no longer gap between them are one treatment.
SAME_TREATMENT = timedelta(days=14)
SOON = timedelta(days=14)
NOT_COVERED = (
    "Weight, waist and blood pressure: they are kept under Readings and aren't read here.",
    "Blood taken elsewhere and not entered isn't seen.",
    "Drugs without a schedule in the table have none here, which doesn't mean that they need none.",
)


@dataclass(frozen=True)
class Course:
    """One row of the medication list: a drug at a dose from a day until another."""

    name: str
    rxcui: str
    started_on: date
    ended_on: date | None


@dataclass(frozen=True)
class Result:
    """A laboratory value with the day of its specimen."""

    loinc: str
    value: Decimal
    unit: str
    on: date


@dataclass(frozen=True)
class Due:
    """One test that a drug asks for. `due_on` is None where nothing more is scheduled."""

    rule: str
    drug: str
    test: str
    why: str
    due_on: date
    source: str
    last: Result | None
    reason: str

    def overdue_days(self, today: date) -> int:
        return max(0, (today - self.due_on).days)

    def is_due(self, today: date) -> bool:
        return self.due_on <= today

    def is_soon(self, today: date) -> bool:
        return today < self.due_on <= today + SOON


@dataclass(frozen=True)
class Schedule:
    """What is due, soonest first; which rules were applied; what isn't covered."""

    items: tuple[Due, ...]
    unscheduled: tuple[str, ...]
    not_covered: tuple[str, ...]
    version: str


@dataclass(frozen=True)
class Rule:
    id: str
    drugs: frozenset[str]
    classes: frozenset[str]
    test: str
    analytes: tuple[str, ...]
    why: str
    points: tuple[int, ...]
    then: tuple[tuple[int, int], ...]
    after_change: int
    shorter: Mapping[str, Any]
    source: str

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(code for key in self.analytes for code in analytes()[key].codes)


@dataclass(frozen=True)
class Treatment:
    """Rows of one ingredient without a longer gap: its first day, and its changes of dose."""

    drug: str
    classes: frozenset[str]
    started_on: date
    changes: tuple[date, ...]


@cache
def rules() -> tuple[Rule, ...]:
    return tuple(
        Rule(
            id=raw["id"], drugs=frozenset(raw.get("drugs", ())),
            classes=frozenset(raw.get("classes", ())), test=raw["test"],
            analytes=tuple(raw["analytes"]), why=raw["why"], points=tuple(raw["points"]),
            then=tuple((first, every) for first, every in raw["then"]),
            after_change=raw.get("after_change", 0), shorter=raw.get("shorter", {}),
            source=raw["source"],
        )
        for raw in document_of("monitoring.toml")["rules"]
    )  # fmt: skip


def codes() -> frozenset[str]:
    """Every LOINC code that a schedule reads."""
    return frozenset(code for rule in rules() for code in rule.codes)


def treatments(courses: Sequence[Course], today: date) -> list[Treatment]:
    """What is taken today, by ingredient, back to the first day without a longer gap."""
    by_drug: dict[str, list[tuple[Course, frozenset[str]]]] = {}
    for course in courses:
        for drug in identify(course.name, course.rxcui).drugs:
            by_drug.setdefault(drug.name, []).append((course, drug.classes))
    found = []
    for name, rows in by_drug.items():
        chain = _present_chain([course for course, _ in rows], today)
        if chain:
            starts = sorted({course.started_on for course in chain})
            found.append(Treatment(name, rows[0][1], starts[0], tuple(starts[1:])))
    return found


def _present_chain(courses: Iterable[Course], today: date) -> list[Course]:
    """The rows that lead up to today's, newest first."""
    rows = [course for course in courses if course.started_on <= today]
    active = [course for course in rows if course.ended_on is None or course.ended_on >= today]
    if not active:
        return []
    chain, first = list(active), min(course.started_on for course in active)
    for course in sorted(rows, key=lambda one: one.started_on, reverse=True):
        if course in chain or course.ended_on is None:
            continue
        if course.ended_on + SAME_TREATMENT >= first:
            chain.append(course)
            first = min(first, course.started_on)
    return chain


def schedule(
    courses: Sequence[Course],
    results: Sequence[Result],
    *,
    today: date,
    born: date | None = None,
) -> Schedule:
    """What is due for everything that is taken today."""
    taken = treatments(courses, today)
    classes = frozenset(name for treatment in taken for name in treatment.classes)
    items = [
        due
        for treatment in taken
        for rule in rules()
        if treatment.drug in rule.drugs or treatment.classes & rule.classes
        if (due := _due(rule, treatment, results, (classes, _years(born, today))))
    ]
    kept = _once_a_test(items)
    with_rule = {due.drug for due in items}
    active = {course.name for course in courses if _is_active(course, today)}
    bare = sorted(
        name for name in active
        if not {drug.name for drug in identify(name).drugs} & with_rule
    )  # fmt: skip
    ordered = tuple(sorted(kept, key=lambda due: (due.due_on, due.drug, due.test)))
    version = document_of("monitoring.toml")["version"]
    return Schedule(ordered, tuple(bare), NOT_COVERED, version)


def _is_active(course: Course, today: date) -> bool:
    return course.started_on <= today and (course.ended_on is None or course.ended_on >= today)


def _once_a_test(items: Sequence[Due]) -> list[Due]:
    """Two antipsychotics ask for one blood test: the earlier of the two."""
    best: dict[str, Due] = {}
    for due in items:
        known = best.get(due.rule)
        if known is None or due.due_on < known.due_on:
            best[due.rule] = due
    return list(best.values())


def _due(
    rule: Rule,
    treatment: Treatment,
    results: Sequence[Result],
    person: tuple[frozenset[str], int | None],
) -> Due | None:
    start = treatment.started_on
    mine = sorted(
        (one for one in results if one.loinc in rule.codes and one.on >= start - BASELINE),
        key=lambda one: one.on,
    )
    last = mine[-1] if mine else None
    candidates = [
        *_point_dates(rule, start, last),
        *_interval_dates(rule, start, last, person),
        *_change_dates(rule, treatment, mine),
    ]
    if not candidates:
        return None
    due_on, reason = min(candidates)
    return Due(rule.id, treatment.drug, rule.test, rule.why, due_on, rule.source, last, reason)


def _point_dates(rule: Rule, start: date, last: Result | None) -> list[tuple[date, str]]:
    """The first fixed point that no result has met yet. Of missed ones, the newest counts."""
    for point in rule.points:
        day = start + timedelta(days=point)
        opens = start - BASELINE if point == 0 else day - EARLY
        if last is None or last.on < opens:
            words = (
                "none on record since the start"
                if point == 0
                else f"{point} days after the start"
            )
            return [(day, words)]
    return []


def _interval_dates(
    rule: Rule, start: date, last: Result | None, person: tuple[frozenset[str], int | None]
) -> list[tuple[date, str]]:
    if last is None:
        return []
    taken_for = (last.on - start).days
    phases = [every for first, every in rule.then if first <= max(taken_for, 0)]
    if not phases:
        return []
    every = phases[-1]
    if why := _shorter_because(rule, last, person):
        every = min(every, rule.shorter["every"])
        return [(last.on + timedelta(days=every), f"every {every} days: {why}")]
    return [(last.on + timedelta(days=every), f"every {every} days")]


def _shorter_because(
    rule: Rule, last: Result, person: tuple[frozenset[str], int | None]
) -> str:
    if not rule.shorter:
        return ""
    classes, years = person
    if years is not None and years >= rule.shorter["age"]:
        return f"{rule.shorter['age']} years or older"
    if classes & set(rule.shorter["classes"]):
        return "taken with a drug that raises the level"
    if _value_in(last, rule.shorter["unit"]) >= Decimal(str(rule.shorter["last_at_least"])):
        return f"last value {rule.shorter['last_at_least']} {rule.shorter['unit']} or more"
    return ""


def _value_in(result: Result, unit: str) -> Decimal:
    analyte = analyte_of(result.loinc)
    try:
        return units.convert(
            result.value, result.unit, unit, analyte=analyte.key if analyte else "",
            molar_mass=analyte.molar_mass if analyte else None,
        )  # fmt: skip
    except units.NoConversion:
        return Decimal(0)


def _change_dates(
    rule: Rule, treatment: Treatment, mine: Sequence[Result]
) -> list[tuple[date, str]]:
    """After the newest change of dose that no later result has followed."""
    if not rule.after_change or not treatment.changes:
        return []
    due_on = treatment.changes[-1] + timedelta(days=rule.after_change)
    if any(one.on >= due_on - EARLY for one in mine):
        return []
    return [(due_on, "a week after the change of dose")]


def _years(born: date | None, today: date) -> int | None:
    if born is None:
        return None
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))
