"""Pages of one patient's readings."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from biometrics import selectors
from biometrics.presenters import readings as presenters
from clinicity.accounts.requests import actor_of
from clinicity.common import clock
from patients.access import patient_or_404


@require_GET
def panel(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The newest values, and one metric as a chart."""
    patient = patient_or_404(request, patient_id)
    latest = selectors.latest(actor_of(request), patient_id)
    context = presenters.panel(patient, latest, request.GET.get("metric", ""))
    return render(request, "biometrics/_panel.html", context)


@require_GET
def series(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Every metric of a patient, large, with what arrived and when."""
    patient, actor = patient_or_404(request, patient_id), actor_of(request)
    context = presenters.series_page(
        patient,
        selectors.latest(actor, patient_id),
        selectors.aggregated(actor, patient_id, days=90, now=clock.now()),
        selectors.receipts_page(actor, patient_id, cursor=request.GET.get("cursor"), size=10),
        request.GET,
    )
    return render(request, "biometrics/series.html", context)
