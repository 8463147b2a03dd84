"""Pages of one patient's readings: the panel, charts, and two metrics compared."""

from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from biometrics import selectors
from biometrics.presenters import compare as compare_presenters
from biometrics.presenters import readings as presenters
from biometrics.reading_forms import CompareForm, CorrectionForm
from biometrics.selectors.compare import Comparison, comparison
from biometrics.selectors.corrections import corrections
from biometrics.selectors.rollups import Periods, periods_page
from biometrics.selectors.summaries import daily_summaries
from clinicity.accounts.requests import actor_of
from clinicity.common import clock
from clinicity.common.actors import Actor
from clinicity.common.exceptions import DomainError
from patients.access import patient_or_404
from patients.models import Patient
from patients.permissions import WRITERS

SUMMED_DAYS = 90
LISTED_DAYS = 14
COMPARED = {"period": "day", "days": "90"}


@require_GET
def panel(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The newest values, and one metric as a chart."""
    patient = patient_or_404(request, patient_id)
    latest = selectors.latest(actor_of(request), patient_id)
    summaries = daily_summaries(
        actor_of(request), patient_id, days=LISTED_DAYS, now=clock.now()
    )
    context = presenters.panel(patient, latest, summaries, request.GET.get("metric", ""))
    return render(request, "biometrics/_panel.html", context)


@require_GET
def series(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """One metric of a patient, large, with its days; and what days of all come to."""
    patient, actor = patient_or_404(request, patient_id), actor_of(request)
    latest = selectors.latest(actor, patient_id)
    shown = presenters.shown_of(latest, request.GET.get("metric", ""))
    context = presenters.series_page(
        patient, latest,
        daily_summaries(actor, patient_id, days=SUMMED_DAYS, now=clock.now()),
        _days(actor, patient, shown.metric.code, shown.measured_at) if shown else None,
        request.GET,
    )  # fmt: skip
    if shown and actor.role in WRITERS:
        context["correction_form"] = CorrectionForm(
            devices=selectors.devices(actor, patient_id), initial={"metric": shown.metric.code}
        )
        context["corrections"] = corrections(actor, patient_id, shown.metric.code)
    return render(request, "biometrics/series.html", context)


@require_GET
def compare(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Two metrics on one axis of time, and how they go together."""
    patient, actor = patient_or_404(request, patient_id), actor_of(request)
    groups = presenters.grouped(selectors.latest(actor, patient_id))
    asked = COMPARED | request.GET.dict() if "first" in request.GET else None
    form = CompareForm(asked, metrics=compare_presenters.metric_choices(groups))
    found, refusal = None, ""
    if form.is_valid():
        try:
            found = _comparison(actor, patient, form.cleaned_data)
        except DomainError as error:
            refusal = error.detail
    context = compare_presenters.compare_page(patient, form, found, refusal)
    return render(request, "biometrics/compare.html", context)


def _days(actor: Actor, patient: Patient, metric: str, until: datetime) -> Periods:
    """The newest days of a metric."""
    start = until - timedelta(days=LISTED_DAYS - 1)
    return periods_page(
        actor, patient.id, metric, start, until + timedelta(minutes=1), size=None
    )


def _comparison(actor: Actor, patient: Patient, asked: dict[str, object]) -> Comparison:
    """By whole local days until the end of today."""
    zone = ZoneInfo(patient.time_zone)
    end = clock.now().astimezone(zone)
    days = int(str(asked["days"]))
    return comparison(
        actor, patient.id, str(asked["first"]), str(asked["second"]),
        end - timedelta(days=days - 1), end, period=str(asked["period"]),
    )  # fmt: skip
