"""What the pages of questionnaires say, put together from selectors and pure figures."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _

from clinicity.common.actors import Actor
from patients import instruments, selectors
from patients.models import Patient, QuestionnaireRequest, QuestionnaireResponse
from patients.questionnaire_charts import ScoreChart, score_chart
from patients.questionnaire_forms import CODES

State = QuestionnaireRequest.State


@dataclass(frozen=True)
class Line:
    """One set of answers as a row of a table."""

    row: QuestionnaireResponse
    result: str
    notes: str
    self_harm: bool


@dataclass(frozen=True)
class Course:
    """One instrument's course: its picture, the same as a table, and its change in words."""

    instrument: instruments.Instrument
    chart: ScoreChart | None
    lines: list[Line]
    said: list[str]
    sources: list[str]


@dataclass(frozen=True)
class Asked:
    """One request as a row of a list."""

    request: QuestionnaireRequest
    name: str
    late_days: int
    sendable: bool
    why_not: str


def patient_page(
    actor: Actor, patient: Patient, *, now: datetime, made: object = None
) -> dict[str, Any]:
    """Everything of one patient's questionnaires."""
    worded = selectors.asked_in_words()
    requests = selectors.questionnaire_requests(actor, patient.id)
    return {
        "patient": patient,
        "courses": [
            course(one, patient)
            for one in selectors.questionnaire_trajectories(actor, patient.id)
        ],
        "requests": [_asked(one, worded, now) for one in requests if one.state == State.DUE],
        "closed": [_asked(one, worded, now) for one in requests if one.state != State.DUE][:12],
        "schedules": [
            (row, instruments.instrument_of(row.instrument).name)
            for row in selectors.questionnaire_schedules(actor, patient.id)
        ],
        "in_error": [
            line(row, patient)
            for row in selectors.questionnaires_all(actor, patient.id)
            if row.error_at
        ],
        "reports": selectors.self_harm_reports(actor, patient.id),
        "codes": CODES,
        "made": made,
    }


def course(found: selectors.Trajectory, patient: Patient) -> Course:
    scores = [
        instruments.Scored(row.answered_at, float(row.score))
        for row in found.rows
        if row.score is not None
    ]
    return Course(
        found.instrument,
        score_chart(found.instrument, scores) if found.instrument.has_total else None,
        [line(row, patient) for row in reversed(found.rows)],
        change_in_words(found),
        sources_of(found),
    )


def line(row: QuestionnaireResponse, patient: Patient) -> Line:
    found = instruments.assess(row.instrument, row.answers, sex=patient.sex)
    notes = [found.reason, found.screen]
    notes += [f"{one.name} {one.score}" for one in found.subscores if one.score is not None]
    if found.prorated:
        notes.append(_("missing answers replaced by the mean of the others"))
    return Line(row, result_words(found), "; ".join(filter(None, notes)), bool(found.self_harm))


def result_words(found: instruments.Assessment) -> str:
    if found.level:
        words = {
            "none": _("no positive answer"), "low": _("triage level low"),
            "moderate": _("triage level moderate"), "high": _("triage level high"),
        }[found.level]  # fmt: skip
        return _("at least %(level)s") % {"level": words} if found.at_least else words
    if found.total is None:
        return _("no score")
    return f"{found.total:f} · {found.band}" if found.band else f"{found.total:f}"


def change_in_words(found: selectors.Trajectory) -> list[str]:
    """Sentences on the whole course and on the last step; each names n, dates and points."""
    if found.change is None:
        return []
    said = [_sentence(found.instrument, found.change)]
    if found.since_last and found.change.n > 2:
        said.append(
            _("Since the answers before: %(said)s")
            % {"said": _sentence(found.instrument, found.since_last)}
        )
    return said


def sources_of(found: selectors.Trajectory) -> list[str]:
    """Where the figures come from, once each."""
    sources = [found.instrument.bands_source, found.instrument.source]
    sources += found.change.sources if found.change else ()
    texts = [f"{one.text} doi:{one.doi}" if one.doi else one.text for one in sources]
    return list(dict.fromkeys(texts))


def help_context() -> dict[str, Any]:
    """Whom to call: on every page for patients."""
    return {"help_numbers": settings.HELP_NUMBERS, "help_hours": settings.HELP_HOURS}


def _sentence(instrument: instruments.Instrument, change: instruments.Change) -> str:
    verdict = {
        "improved": _("reliably improved"),
        "deteriorated": _("reliably worse"),
        "unchanged": _("no reliable change"),
        "unknown": _("whether that is reliable can’t be said: no published figures"),
    }[change.verdict]
    said = _("%(first)s to %(last)s from %(from)s to %(until)s (%(n)d scores): %(verdict)s") % {
        "first": f"{change.first.total:g}", "last": f"{change.last.total:g}",
        "from": _date(change.first.at), "until": _date(change.last.at), "n": change.n,
        "verdict": verdict,
    }  # fmt: skip
    return f"{said}{_figures(change)}{_meaning(instrument, change)}."


def _figures(change: instruments.Change) -> str:
    if change.rci is None or change.sem is None or change.least_reliable is None:
        return ""
    return _("; RCI %(rci).2f, SEM %(sem).2f, reliable from %(least).1f points") % {
        "rci": change.rci, "sem": change.sem, "least": change.least_reliable,
    }  # fmt: skip


def _meaning(instrument: instruments.Instrument, change: instruments.Change) -> str:
    said = ""
    if change.important is not None and instrument.important:
        size = _("reaches") if change.important else _("is below")
        said += _("; %(size)s the important difference of %(points)g") % {
            "size": size, "points": instrument.important.value,
        }  # fmt: skip
    if change.recovered:
        said += _("; crossed the cut-off of recovery: clinically significant")
    if change.percent is not None and instrument.percent_change_from:
        said += _("; %(percent).0f %% of what exceeds %(floor)d") % {
            "percent": change.percent, "floor": instrument.percent_change_from,
        }  # fmt: skip
    return said


def _date(at: datetime) -> str:
    return f"{at.day} {at:%b %Y}"


def _asked(request: QuestionnaireRequest, worded: dict[str, list[str]], now: datetime) -> Asked:
    instrument = instruments.instrument_of(request.instrument)
    why = ""
    if instrument.rated_by != "patient":
        why = _("rated by a clinician")
    elif instrument.code not in worded:
        why = _("no wording that this clinic may use")
    return Asked(request, instrument.name, max(0, (now - request.due_at).days), not why, why)
