"""The chart's panel."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from clinicity.accounts.requests import actor_of
from patients import selectors
from patients.access import patient_or_404


@require_GET
def chart_panel(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Conditions, allergies, medications, results and scores, as the chart has them."""
    patient, actor = patient_or_404(request, patient_id), actor_of(request)
    context = {
        "patient": patient,
        "conditions": selectors.conditions(actor, patient_id),
        "allergies": selectors.allergies(actor, patient_id),
        "medications": selectors.medications(actor, patient_id),
        "lab_results": selectors.lab_results(actor, patient_id),
        "questionnaires": selectors.questionnaire_responses(actor, patient_id),
        "encounters": selectors.encounters(actor, patient_id),
    }
    return render(request, "patients/_chart.html", context)
