"""Rules for access that someone should look at: pure, over tallies of the trail.

Nobody is accused: each finding says in a sentence of counts what was seen and what is
usual for this person. HIPAA asks for such a review (45 CFR 164.308(a)(1)(ii)(D)) without
naming thresholds: these are this project's own, to be tuned on a clinic's trail.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, tzinfo
from statistics import median
from uuid import UUID

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
# What is usual for someone is taken from so long before.
HABIT = timedelta(days=30)
NIGHT_BEGINS, NIGHT_ENDS = time(22), time(5)
MANY_PATIENTS, MANY_REFUSALS, MANY_STRANGERS, MANY_EXPORTS, AT_NIGHT = 20, 10, 50, 5, 5
TIMES_USUAL = 3
NIGHTS_SHARE = 0.1
LONG = timedelta(days=180)
NOBODY = frozenset({"service", "device"})


def _(text: str) -> str:
    """Marks a sentence for translation; pages translate it."""
    return text


@dataclass(frozen=True)
class Tally:
    """What one actor did within one hour: counts of the trail's events."""

    actor_id: UUID
    role: str
    start: datetime
    patients: int = 0
    accesses: int = 0
    refusals: int = 0
    exports: int = 0


@dataclass(frozen=True)
class Meeting:
    """That an actor came to a patient's record: when now, and when before, if ever."""

    actor_id: UUID
    role: str
    patient_id: UUID
    at: datetime
    before: datetime | None = None
    emergency: bool = False


@dataclass(frozen=True)
class Facts:
    """The tallies and meetings to judge; `habits` are the hours before them, of those
    whom `suspects` names; `own` says which patient an actor is, where that is known."""

    tallies: Sequence[Tally]
    meetings: Sequence[Meeting] = ()
    habits: Sequence[Tally] = ()
    own: Mapping[UUID, UUID] = field(default_factory=dict)
    zone: tzinfo = UTC


@dataclass(frozen=True)
class Finding:
    """One thing to look at. `start` and rule, actor and patient make it the same one."""

    rule: str
    actor_id: UUID
    role: str
    start: datetime
    end: datetime
    evidence: Mapping[str, int]
    patient_id: UUID | None = None

    @property
    def reason(self) -> str:
        return RULES[self.rule].sentence.format(**self.evidence)


@dataclass(frozen=True)
class Rule:
    """A kind of unusual access: its name on a page, its sentence, how it is found, and the
    rule in words. Sentences take the evidence, rules the thresholds."""

    title: str
    sentence: str
    find: Callable[[Facts], Iterator[Finding]]
    rule: str = ""


def findings(facts: Facts, *, now: datetime) -> list[Finding]:
    """Everything that the rules find, oldest first. What lies ahead of `now` is left out."""
    found = [each for rule in RULES.values() for each in rule.find(facts) if each.start <= now]
    return sorted(found, key=lambda finding: (finding.start, finding.rule))


def suspects(tallies: Iterable[Tally]) -> set[UUID]:
    """Whose habits have to be known: nobody else can pass a threshold."""
    exports: dict[UUID, int] = defaultdict(int)
    night: dict[UUID, int] = defaultdict(int)
    found = set()
    for each in tallies:
        exports[each.actor_id] += each.exports
        night[each.actor_id] += each.accesses
        if each.patients > MANY_PATIENTS:
            found.add(each.actor_id)
    found |= {id for id, count in exports.items() if count > MANY_EXPORTS}
    return found | {id for id, count in night.items() if count >= AT_NIGHT}


def _many_patients(facts: Facts) -> Iterator[Finding]:
    for each in _of_people(facts.tallies):
        usual = _usual_patients(facts, each.actor_id)
        if each.patients > max(MANY_PATIENTS, TIMES_USUAL * usual):
            evidence = {"patients": each.patients, "usual": usual}
            yield _finding("many_patients", each, evidence)


def _at_night(facts: Facts) -> Iterator[Finding]:
    nights: dict[tuple[UUID, datetime], list[Tally]] = defaultdict(list)
    for each in _of_people(facts.tallies):
        begin = _night_of(each.start, facts.zone)
        if begin and each.accesses:
            nights[each.actor_id, begin].append(each)
    for (actor_id, begin), hours in nights.items():
        count = sum(each.accesses for each in hours)
        known = [each for each in facts.habits if each.actor_id == actor_id and each.accesses]
        before = {_night_of(each.start, facts.zone) for each in known} - {None, begin}
        days = {each.start.astimezone(facts.zone).date() for each in known}
        if count >= AT_NIGHT and len(before) <= NIGHTS_SHARE * len(days):
            evidence = {"accesses": count, "nights": len(before), "days": len(days)}
            end = max(each.start for each in hours) + HOUR
            yield Finding("at_night", actor_id, hours[0].role, begin, end, evidence)


def _refusals(facts: Facts) -> Iterator[Finding]:
    for each in facts.tallies:
        # Tries to sign in as nobody known are the system's own refusals.
        limit = MANY_STRANGERS if each.role in NOBODY else MANY_REFUSALS
        if each.refusals >= limit:
            yield _finding("refusals", each, {"refusals": each.refusals})


def _exports(facts: Facts) -> Iterator[Finding]:
    for (actor_id, day), hours in _by_day(_of_people(facts.tallies), facts.zone).items():
        count = sum(each.exports for each in hours)
        known = (each for each in facts.habits if each.actor_id == actor_id)
        days = _by_day(known, facts.zone)
        usual = max((sum(h.exports for h in each) for each in days.values()), default=0)
        if count > max(MANY_EXPORTS, TIMES_USUAL * usual):
            evidence = {"exports": count, "usual": usual}
            yield Finding("exports", actor_id, hours[0].role, day, day + DAY, evidence)


def _emergency(facts: Facts) -> Iterator[Finding]:
    for each in facts.meetings:
        if each.emergency:
            yield _met("emergency", each, each.at, {})


def _own_record(facts: Facts) -> Iterator[Finding]:
    for each in facts.meetings:
        if facts.own.get(each.actor_id) == each.patient_id and each.role != "patient":
            yield _met("own_record", each, _midnight(each.at, facts.zone), {})


def _long_after(facts: Facts) -> Iterator[Finding]:
    for each in facts.meetings:
        if each.before and each.at - each.before > LONG and each.role not in NOBODY:
            days = (each.at - each.before).days
            start = _midnight(each.at, facts.zone)
            yield _met("long_after", each, start, {"days": days})


RULES: dict[str, Rule] = {
    "many_patients": Rule(
        _("Many patients in a short time"),
        _("{patients} different patients within an hour; usual for this person: {usual}."),
        _many_patients,
        _("Raised when someone opens more than {MANY_PATIENTS} patients within an hour, and"
          " {TIMES_USUAL} times as many as in this person’s usual hour of the last 30 days."),
    ),
    "at_night": Rule(
        _("At night, against habit"),
        _("{accesses} accesses to patients in one night, after {nights} nights at work on"
          " {days} days in the month before."),
        _at_night,
        _("Raised for {AT_NIGHT} accesses or more between 22:00 and 05:00 by someone who"
          " worked in at most one of ten nights of the last 30 days."),
    ),
    "refusals": Rule(
        _("Many refusals"),
        _("{refusals} requests were refused within an hour."),
        _refusals,
        _("Raised for {MANY_REFUSALS} refused requests within an hour; for {MANY_STRANGERS}"
          " where nobody is signed in."),
    ),
    "exports": Rule(
        _("Much taken out"),
        _("{exports} exports and downloads in a day; the most on a day of the month before:"
          " {usual}."),
        _exports,
        _("Raised for more than {MANY_EXPORTS} exports and downloads in a day, if that is"
          " {TIMES_USUAL} times the most of any day of the last 30."),
    ),
    "emergency": Rule(
        _("Emergency access"),
        _("Access beyond the care team was opened (break-glass)."),
        _emergency,
        _("Raised each time that someone breaks the glass. Its own review says whether that was"
          " right; this one says that you know of it."),
    ),
    "own_record": Rule(
        _("Own record"), _("A member of staff opened their own record."), _own_record
    ),
    "long_after": Rule(
        _("Long after the last contact"),
        _("This patient's record was opened {days} days after the last time."),
        _long_after,
        _("Raised when someone comes back to a patient after more than {LONG_DAYS} days."),
    ),
}  # fmt: skip
THRESHOLDS = {
    "MANY_PATIENTS": MANY_PATIENTS, "MANY_REFUSALS": MANY_REFUSALS, "AT_NIGHT": AT_NIGHT,
    "MANY_STRANGERS": MANY_STRANGERS, "MANY_EXPORTS": MANY_EXPORTS,
    "TIMES_USUAL": TIMES_USUAL, "LONG_DAYS": LONG.days,
}  # fmt: skip


def _finding(rule: str, tally: Tally, evidence: Mapping[str, int]) -> Finding:
    return Finding(rule, tally.actor_id, tally.role, tally.start, tally.start + HOUR, evidence)


def _met(rule: str, met: Meeting, start: datetime, evidence: Mapping[str, int]) -> Finding:
    return Finding(rule, met.actor_id, met.role, start, met.at, evidence, met.patient_id)


def _of_people(tallies: Iterable[Tally]) -> Iterator[Tally]:
    return (each for each in tallies if each.role not in NOBODY)


def _usual_patients(facts: Facts, actor_id: UUID) -> int:
    """The median of the hours in which this person saw any patient."""
    seen = [each.patients for each in facts.habits if each.actor_id == actor_id]
    return round(median([count for count in seen if count] or [0]))


def _by_day(tallies: Iterable[Tally], zone: tzinfo) -> dict[tuple[UUID, datetime], list[Tally]]:
    days: dict[tuple[UUID, datetime], list[Tally]] = defaultdict(list)
    for each in tallies:
        days[each.actor_id, _midnight(each.start, zone)].append(each)
    return days


def _midnight(at: datetime, zone: tzinfo) -> datetime:
    return datetime.combine(at.astimezone(zone).date(), time(), zone)


def _night_of(at: datetime, zone: tzinfo) -> datetime | None:
    """When the night began that this moment lies in, if it does."""
    local = at.astimezone(zone)
    if local.time() >= NIGHT_BEGINS:
        return datetime.combine(local.date(), NIGHT_BEGINS, zone)
    if local.time() < NIGHT_ENDS:
        return datetime.combine(local.date() - DAY, NIGHT_BEGINS, zone)
    return None
