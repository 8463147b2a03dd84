"""Visits on pages: their state, appointments from a file, one's own calendar."""

from typing import cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from clinicity.accounts.requests import actor_of
from clinicity.common import clock
from clinicity.common.exceptions import DomainError
from patients import selectors, services
from patients.access import patient_or_404
from patients.chart_feeds import feed_of
from patients.chart_forms import ImportForm, StatusForm
from patients.clinical import calendars, feeds, visits
from patients.models import Encounter
from patients.services.appointments import SHOWN
from patients.views.chart import chart_after, form_page, row_or_404
from patients.views.refusals import show_refusal


@require_http_methods(["GET", "POST"])
def status(request: HttpRequest, patient_id: UUID, row_id: UUID) -> HttpResponse:
    """Move a visit along its states."""
    patient = patient_or_404(request, patient_id)
    row = cast("Encounter", row_or_404(request, patient, "encounter", row_id))
    labels = dict(Encounter.Status.choices)
    offered = [(one, labels[one]) for one in labels if visits.may_become(row.status, one)]
    form = StatusForm(request.POST or None, offered=offered, initial={"version": row.version})
    if request.method == "POST" and form.is_valid():
        try:
            services.encounter_set_status(
                by=actor_of(request), patient_id=patient.id, encounter_id=row.id,
                **form.cleaned_data,
            )  # fmt: skip
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            return chart_after(request, patient, "encounter")
    return form_page(request, patient, form, _("What became of the visit"), "encounter")


@require_http_methods(["GET", "POST"])
def appointments_import(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """A calendar or table: looked at first, taken in on a second word."""
    patient = patient_or_404(request, patient_id)
    form = ImportForm(request.POST or None, request.FILES or None)
    report = None
    if request.method == "POST" and form.is_valid():
        raw = form.cleaned_data["file"].read(calendars.LARGEST + 1)
        look = "look" in request.POST
        act = services.appointments_preview if look else services.appointments_import
        try:
            report = act(by=actor_of(request), patient_id=patient.id, raw=raw)
        except DomainError as refusal:
            show_refusal(form, refusal)
    context = {
        "patient": patient, "form": form, "report": report,
        "lines": report.lines[:SHOWN] if report else [], "zone": ZoneInfo(patient.time_zone),
    }  # fmt: skip
    code = 422 if form.errors else 200
    return render(request, "patients/appointments_import.html", context, status=code)


@require_GET
def own_calendar(request: HttpRequest) -> HttpResponse:
    """One's own appointments as a file for another calendar."""
    now = clock.now()
    rows = selectors.own_calendar(actor_of(request), now=now)
    entries = feed_of(rows, base=request.build_absolute_uri("/"))
    answer = HttpResponse(feeds.feed(entries, now=now), content_type="text/calendar")
    answer["Content-Disposition"] = 'attachment; filename="appointments.ics"'
    return answer
