"""The chart: its panel, its page, and the forms behind each entry."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinicity.accounts.requests import actor_of
from clinicity.common import clock
from clinicity.common.exceptions import DomainError, NotFound
from patients import chart_pages, selectors, services
from patients.access import patient_or_404
from patients.chart_rooms import ROOMS, Room
from patients.models import ChartItem, Patient
from patients.services.edits import topic_of
from patients.views.refusals import show_refusal

SAVED = gettext_lazy("Saved.")


@require_GET
def chart_panel(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Conditions, allergies, medications, results and scores, as the chart has them."""
    patient = patient_or_404(request, patient_id)
    context = chart_pages.panel(actor_of(request), patient, now=clock.now())
    return render(request, "patients/_chart.html", context)


@require_GET
def chart_page(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The whole chart, with what the medication list means."""
    patient = patient_or_404(request, patient_id)
    context = chart_pages.page(actor_of(request), patient, now=clock.now())
    return render(request, "patients/chart.html", context)


@require_http_methods(["GET", "POST"])
def item_add(request: HttpRequest, patient_id: UUID, topic: str) -> HttpResponse:
    patient = patient_or_404(request, patient_id)
    room = room_or_404(topic)
    with timezone.override(ZoneInfo(patient.time_zone)):
        form = room.new_form(request.POST or None, initial=room.initial(clock.now()))
        if request.method == "POST" and form.is_valid():
            try:
                room.add(by=actor_of(request), patient_id=patient.id, **form.values())
            except DomainError as refusal:
                show_refusal(form, refusal)
            else:
                return chart_after(request, patient, topic)
        return form_page(request, patient, form, room.add_title, topic)


@require_http_methods(["GET", "POST"])
def item_edit(request: HttpRequest, patient_id: UUID, topic: str, row_id: UUID) -> HttpResponse:
    patient = patient_or_404(request, patient_id)
    room = room_or_404(topic)
    row = row_or_404(request, patient, topic, row_id)
    with timezone.override(ZoneInfo(patient.time_zone)):
        form = room.form(request.POST or None, initial=room.fields_of(row))
        if request.method == "POST" and form.is_valid():
            try:
                services.chart_item_edit(
                    by=actor_of(request), patient_id=patient.id, topic=topic, row_id=row_id,
                    changes=form.values(), version=form.cleaned_data["version"],
                )  # fmt: skip
            except DomainError as refusal:
                show_refusal(form, refusal)
            else:
                return chart_after(request, patient, topic)
        return form_page(request, patient, form, room.edit_title, topic)


@require_POST
def item_error(
    request: HttpRequest, patient_id: UUID, topic: str, row_id: UUID
) -> HttpResponse:
    """Mark a row as entered in error: it leaves the lists, and can be put back below."""
    patient = patient_or_404(request, patient_id)
    services.chart_item_mark_error(
        by=actor_of(request), patient_id=patient.id, topic=topic, row_id=row_id,
        reason=request.POST.get("reason", "")[:500],
    )  # fmt: skip
    words = _("Marked as entered in error. You can put it back at the foot of the page.")
    return chart_after(request, patient, "errors", words)


@require_POST
def item_restore(
    request: HttpRequest, patient_id: UUID, topic: str, row_id: UUID
) -> HttpResponse:
    patient = patient_or_404(request, patient_id)
    services.chart_item_restore(
        by=actor_of(request), patient_id=patient.id, topic=topic, row_id=row_id
    )
    return chart_after(request, patient, topic, _("Put back."))


@require_GET
def item_history(
    request: HttpRequest, patient_id: UUID, topic: str, row_id: UUID
) -> HttpResponse:
    """What a row said before."""
    patient = patient_or_404(request, patient_id)
    row = row_or_404(request, patient, topic, row_id)
    context = chart_pages.history(actor_of(request), patient, row)
    return render(request, "patients/chart_history.html", context)


def room_or_404(topic: str) -> Room:
    try:
        topic_of(topic)
    except NotFound as error:
        raise Http404(error.detail) from error
    return ROOMS[topic]


def row_or_404(request: HttpRequest, patient: Patient, topic: str, row_id: UUID) -> ChartItem:
    try:
        model = topic_of(topic).model
        return selectors.item_get(actor_of(request), patient.id, model, row_id)
    except NotFound as error:
        raise Http404(error.detail) from error


def form_page(
    request: HttpRequest, patient: Patient, form: Any, title: Any, topic: str
) -> HttpResponse:
    """The form, within its page or alone for a script."""
    context = {
        "patient": patient, "form": form, "title": title, "topic": topic, "action": request.path,
        **chart_pages.lists_of(topic),
    }  # fmt: skip
    alone = bool(request.headers.get("HX-Request"))
    if alone and (seen := form.visible_fields()):
        # Where the form came in, the keyboard goes on.
        seen[0].field.widget.attrs["autofocus"] = True
    template = "patients/_chart_form.html" if alone else "patients/chart_form.html"
    # htmx swaps only answers of success: the form with its faults is one.
    status = 422 if form.errors and not alone else 200
    return render(request, template, context, status=status)


def chart_after(
    request: HttpRequest, patient: Patient, anchor: str, words: Any = SAVED
) -> HttpResponse:
    """Back to the chart, at the part that was changed."""
    messages.success(request, words)
    url = f"{reverse('patients:chart', args=[patient.id])}#{anchor}"
    if request.headers.get("HX-Request"):
        # The address differs by its anchor alone, so a redirect wouldn't load it anew.
        return HttpResponse(status=204, headers={"HX-Redirect": url, "HX-Refresh": "true"})
    return redirect(url)
