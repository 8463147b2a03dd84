"""The timeline's panel."""

from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from clinicity.accounts.requests import actor_of
from clinicity.common.exceptions import DomainError
from patients import selectors, services
from patients.access import patient_or_404
from patients.forms import TimelineEventForm
from patients.views.refusals import show_refusal


@require_GET
def timeline_panel(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    patient = patient_or_404(request, patient_id)
    page = selectors.timeline_page(
        actor_of(request),
        patient_id,
        kind=request.GET.get("kind", ""),
        cursor=request.GET.get("cursor"),
        size=20,
    )
    context = {"patient": patient, "page": page, "form": TimelineEventForm()}
    return render(request, "patients/_timeline.html", context)


@require_POST
def timeline_add(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    patient = patient_or_404(request, patient_id)
    form = TimelineEventForm(request.POST)
    with timezone.override(ZoneInfo(patient.time_zone)):
        valid = form.is_valid()
    if valid:
        try:
            services.timeline_event_add(
                by=actor_of(request),
                patient_id=patient_id,
                kind="note",
                **form.cleaned_data,
            )
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            form = TimelineEventForm()
    page = selectors.timeline_page(actor_of(request), patient_id, size=20)
    context = {"patient": patient, "page": page, "form": form}
    return render(request, "patients/_timeline.html", context)
