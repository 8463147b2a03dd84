"""What a specialist may read: one selector for each kind of evidence.

A tool takes ids and the understood question, never a URL or free text for a store of
its own choosing, and opens the record as the person who asked. It writes nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from agents.turn.evidence import Evidence, Kind
from agents.turn.question import Question
from agents.turn.window import Window
from biometrics import selectors as biometrics
from biometrics.metrics import METRICS, Metric
from biometrics.models import Rollup
from clinicity.common.actors import Actor
from clinicity.language.compose import (
    Average,
    Estimate,
    Measurement,
    averaged,
    day,
    estimated,
    measured,
    no_data,
    number,
)
from documents import selectors as documents
from patients import selectors as patients
from patients.instruments import INSTRUMENTS, band
from patients.models import (
    Allergy,
    Condition,
    Encounter,
    LabResult,
    Medication,
    Purpose,
    QuestionnaireResponse,
)
from twins import selectors as twins

# Without a window in the question: this many days, beside as many before.
USUAL_DAYS = 14
RECENT = timedelta(days=180)
TIMELINE = 50
OFTEN = {1: "once a day", 2: "twice a day"}


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks about whom, and when."""

    actor: Actor
    patient_id: UUID
    now: datetime

    def window(self, question: Question) -> Window:
        today = self.now.date()
        return question.window or Window(today - timedelta(days=USUAL_DAYS - 1), today)


# Metrics whose day is the sum of its samples; of all others it is their mean.
SUMMED = frozenset({"steps"})
# UCUM as people read it.
UNITS = {
    "{count}/min": "counts/min", "{steps}": "steps a day", "{score}": "", "mm[Hg]": "mmHg",
    "Cel": "°C", "h": "h a day",
}  # fmt: skip
PASSAGES = 8
# The twin's figures that an answer may cite.
FIGURES = {
    "circadian.IS": "Interdaily stability (IS) of the activity rhythm",
    "circadian.IV": "Intradaily variability (IV) of the activity rhythm",
    "circadian.RA": "Relative amplitude (RA) of the activity rhythm",
}
# Timeline entries that only point at a row which has a tool of its own.
TOLD_BY_THEIR_ROWS = frozenset(
    "lab questionnaire medication medication_end condition document twin note".split()
)
# How much more something stands out that is out of range, missed or changed.
NOTABLE, BIGGEST_CHANGE = 0.25, 0.3

Tool = Callable[[Asked, Question], Sequence[Evidence]]


def readings(asked: Asked, question: Question) -> list[Evidence]:
    """Each metric's daily mean over the window, beside the window before it."""
    window = asked.window(question)
    rows = biometrics.daily_rollups(
        asked.actor, asked.patient_id, METRICS, window.before().start, window.end
    )
    by_metric: dict[str, list[Rollup]] = defaultdict(list)
    for row in rows:
        by_metric[row.metric].append(row)
    return [_reading(METRICS[code], found, window) for code, found in by_metric.items()]


def passages(asked: Asked, question: Question) -> list[Evidence]:
    """The nearest passages of the documents. Raises Unavailable when the index is away."""
    found = documents.passages_search(
        asked.actor, asked.patient_id, question.text, limit=PASSAGES
    )
    return [
        Evidence(
            kind=Kind.PASSAGE, source_id=str(passage.chunk_id), label=passage.title,
            text=passage.text, occurred_at=passage.occurred_at, page=passage.page,
            place={"document_id": str(passage.document_id)}, score=passage.score,
        )
        for passage in found
    ]  # fmt: skip


def twin(asked: Asked, question: Question) -> list[Evidence]:
    """The newest twin's figures of the activity rhythm, each with its interval."""
    snapshot = twins.snapshot_latest(asked.actor, asked.patient_id)
    if snapshot is None or not snapshot.content["window"]:
        return []
    found = {feature["name"]: feature for feature in snapshot.content["features"]}
    window = snapshot.content["window"]
    return [
        _estimate(str(snapshot.id), FIGURES[name], found[name], window)
        for name in FIGURES
        if name in found
    ]


def timeline(asked: Asked, question: Question) -> list[Evidence]:
    window = question.window
    page = patients.timeline_page(
        asked.actor,
        asked.patient_id,
        since=_start_of(window.start) if window else None,
        until=_start_of(window.end + timedelta(days=1)) if window else None,
        size=TIMELINE,
    )
    return [
        Evidence(
            kind=Kind.TIMELINE,
            source_id=str(event.id),
            label=event.title if event.body else "Timeline",
            text=event.body or event.title,
            occurred_at=event.occurred_at,
        )
        for event in page.items
        if event.source_kind not in TOLD_BY_THEIR_ROWS
    ]


def questionnaires(asked: Asked, question: Question) -> list[Evidence]:
    """Scores with the band that the instrument's authors give them, oldest first."""
    rows = patients.questionnaires_standing(asked.actor, asked.patient_id)
    scores = [_score(row) for row in rows if row.score is not None]
    items = [
        _item_nine(row)
        for row in rows
        if row.instrument == "phq9" and row.answers[8] is not None
    ]
    return [*scores, *items[-1:], *[item for item in items[:-1] if item.salience > 0]]


def labs(asked: Asked, question: Question) -> list[Evidence]:
    rows = patients.lab_results(asked.actor, asked.patient_id)
    return [_lab(row) for row in rows]


def medications(asked: Asked, question: Question) -> list[Evidence]:
    """What is taken now, what ended of late, and the doses missed in the window."""
    rows = patients.medications(asked.actor, asked.patient_id)
    recent = [
        row
        for row in rows
        if row.ended_on is None or row.ended_on >= (asked.now - RECENT).date()
    ]
    return [*[_medication(row) for row in recent], *_missed_doses(asked, question, rows)]


def conditions(asked: Asked, question: Question) -> list[Evidence]:
    """Diagnoses and allergies."""
    diagnoses = patients.conditions(asked.actor, asked.patient_id)
    allergies = patients.allergies(asked.actor, asked.patient_id)
    return [*[_condition(row) for row in diagnoses], *[_allergy(row) for row in allergies]]


TOOLS: Mapping[Kind, Tool] = {
    Kind.PASSAGE: passages,
    Kind.READING: readings,
    Kind.TWIN: twin,
    Kind.TIMELINE: timeline,
    Kind.QUESTIONNAIRE: questionnaires,
    Kind.LAB: labs,
    Kind.MEDICATION: medications,
    Kind.CONDITION: conditions,
}


def retrieve(kind: Kind, asked: Asked, question: Question) -> Sequence[Evidence]:
    """What a tool finds, or nothing where there is no such tool. Raises NoConsent.

    Consent is asked for at every retrieval: one that is withdrawn meanwhile ends the turn.
    """
    tool = TOOLS.get(kind)
    if tool is None:
        return ()
    patients.demand_consent(asked.actor, asked.patient_id, Purpose.CARE)
    return tool(asked, question)


def last_visit(asked: Asked) -> date | None:
    """The day of the newest visit that has taken place."""
    visits = patients.encounters(asked.actor, asked.patient_id)
    finished = [v for v in visits if v.status == Encounter.Status.FINISHED]
    return max((visit.starts_at.date() for visit in finished), default=None)


def _reading(metric: Metric, rows: Sequence[Rollup], window: Window) -> Evidence:
    now = [row for row in rows if row.local_date >= window.start]
    before = [row for row in rows if row.local_date < window.start]
    now_mean, before_mean = _average(metric, now), _average(metric, before)
    text = no_data(metric.name, window.start, window.end)
    if now_mean:
        unit = UNITS.get(metric.unit, metric.unit)
        text = averaged(metric.name, unit, now_mean, before_mean)
    return Evidence(
        kind=Kind.READING, source_id=metric.code, label=metric.name, text=text,
        occurred_at=_start_of(max(row.local_date for row in rows)),
        place={
            "metric": metric.code,
            "start": window.start.isoformat(),
            "end": window.end.isoformat(),
        },
        salience=_change(now_mean, before_mean),
    )  # fmt: skip


def _change(now: Average | None, before: Average | None) -> float:
    if now is None or before is None or not before.value:
        return 0.0
    return min(BIGGEST_CHANGE, abs(now.value - before.value) / abs(before.value))


def _estimate(
    snapshot_id: str, figure: str, feature: Mapping[str, Any], window: Mapping[str, Any]
) -> Evidence:
    start, end = date.fromisoformat(window["start"]), date.fromisoformat(window["end"])
    fact = Estimate(
        figure, feature["value"], feature["low"], feature["high"], feature["level"],
        feature["days"], start, end,
    )  # fmt: skip
    return Evidence(
        kind=Kind.TWIN, source_id=snapshot_id, label=f"Twin: {figure}", text=estimated(fact),
        occurred_at=_start_of(end),
    )  # fmt: skip


def _average(metric: Metric, rows: Sequence[Rollup]) -> Average | None:
    """The mean of the days that have data; several devices of one day count together."""
    by_day: dict[date, list[Rollup]] = defaultdict(list)
    for row in rows:
        by_day[row.local_date].append(row)
    if not by_day:
        return None
    days = [_of_day(metric, found) for found in by_day.values()]
    return Average(sum(days) / len(days), len(days), min(by_day), max(by_day))


def _of_day(metric: Metric, rows: Sequence[Rollup]) -> float:
    if metric.code in SUMMED:  # a phone and a watch count the same steps
        return max(row.mean * row.count for row in rows)
    return sum(row.mean * row.count for row in rows) / sum(row.count for row in rows)


def _score(row: QuestionnaireResponse) -> Evidence:
    instrument, score = INSTRUMENTS[row.instrument], float(row.score)
    name = f"{instrument.name} {instrument.asks_about} score"
    value = Measurement(
        name, score, "", row.answered_at.date(), band=band(row.instrument, score)
    )
    return Evidence(
        kind=Kind.QUESTIONNAIRE, source_id=str(row.id), label=name, text=measured(value),
        occurred_at=row.answered_at, value=value,
    )  # fmt: skip


def _item_nine(row: QuestionnaireResponse) -> Evidence:
    """The item of PHQ-9 that asks about self-harm: said unasked unless it is 0."""
    return Evidence(
        kind=Kind.QUESTIONNAIRE, source_id=str(row.id), label="PHQ-9 item 9",
        text=(
            f"PHQ-9 item 9 (thoughts of death or self-harm, suicidal ideation) was answered"
            f" {row.answers[8]} of 3 on {day(row.answered_at)}."
        ),
        occurred_at=row.answered_at, salience=NOTABLE if row.answers[8] else -1.0,
    )  # fmt: skip


def _lab(row: LabResult) -> Evidence:
    value = Measurement(
        measure=row.name, value=float(row.value), unit=row.unit, on=row.specimen_at.date(),
        low=None if row.low is None else float(row.low),
        high=None if row.high is None else float(row.high),
    )  # fmt: skip
    return Evidence(
        kind=Kind.LAB, source_id=str(row.id), label=row.name, text=measured(value),
        occurred_at=row.specimen_at, value=value, salience=_out_of_range(value),
    )  # fmt: skip


def _out_of_range(fact: Measurement) -> float:
    low = fact.low is not None and fact.value < fact.low
    high = fact.high is not None and fact.value > fact.high
    return NOTABLE if low or high else 0.0


def _medication(row: Medication) -> Evidence:
    often = OFTEN.get(row.times_per_day, f"{row.times_per_day} times a day")
    until = f" until {day(row.ended_on)}" if row.ended_on else ""
    return Evidence(
        kind=Kind.MEDICATION, source_id=str(row.id), label=row.name,
        text=(
            f"{row.name} {number(float(row.dose))} {row.unit} {often}"
            f" since {day(row.started_on)}{until}."
        ),
        occurred_at=_start_of(row.started_on),
    )  # fmt: skip


def _missed_doses(
    asked: Asked, question: Question, rows: Sequence[Medication]
) -> Iterator[Evidence]:
    window = asked.window(question)
    end = min(_start_of(window.end + timedelta(days=1)), asked.now)
    due = patients.doses(asked.actor, asked.patient_id, _start_of(window.start), end)
    for row in rows:
        own = [dose for dose in due if dose.medication_id == row.id]
        missed = sum(dose.status == dose.Status.MISSED for dose in own)
        if own:
            yield Evidence(
                kind=Kind.MEDICATION, source_id=str(row.id), label=f"{row.name}, doses",
                text=(
                    f"{row.name}: {missed} of {len(own)} recorded doses were missed from"
                    f" {day(window.start)} to {day(window.end)}."
                ),
                occurred_at=max(dose.due_at for dose in own),
                salience=2 * NOTABLE if missed else -1.0,
            )  # fmt: skip


def _condition(row: Condition) -> Evidence:
    since = f", since {day(row.onset_on)}" if row.onset_on else ""
    return Evidence(
        kind=Kind.CONDITION, source_id=str(row.id), label=row.display,
        text=f"{row.display} ({row.code}) is on the list of diagnoses{since}.",
        occurred_at=row.created_at,
    )  # fmt: skip


def _allergy(row: Allergy) -> Evidence:
    details = ", ".join(part for part in (row.reaction, row.severity) if part)
    return Evidence(
        kind=Kind.CONDITION, source_id=str(row.id), label=f"Allergy: {row.substance}",
        text=f"Allergy to {row.substance}{f': {details}' if details else ''}.",
        occurred_at=row.created_at,
    )  # fmt: skip


def _start_of(on: date) -> datetime:
    return datetime.combine(on, time.min, tzinfo=UTC)
