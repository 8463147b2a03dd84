"""The whole timeline of a patient: filters, search, months, export and print."""

from dataclasses import replace
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.views.decorators.http import require_GET

from clinicity.accounts.requests import actor_of
from clinicity.accounts.selectors import names_of
from clinicity.common import clock
from clinicity.common.exceptions import Invalid
from patients import selectors, timeline_presenter
from patients.access import patient_or_404
from patients.forms import TimelineFilterForm
from patients.models import Patient
from patients.permissions import WRITERS
from patients.selectors import Order, Wanted
from patients.timeline_export import csv_of
from patients.timeline_words import summary_words

MOST_PRINTED = 500
FILTERS = ("find", "since", "until", "author", "order", "kind")


@require_GET
def timeline(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The page; the list alone where htmx asks for it, and older lines alone for its button."""
    patient = patient_or_404(request, patient_id)
    context = _context(request, patient)
    response = render(request, _template(request), context)
    patch_vary_headers(response, ["HX-Request", "HX-Target"])
    return response


@require_GET
def printed(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """What the filters choose on paper, at most `MOST_PRINTED` entries."""
    patient = patient_or_404(request, patient_id)
    context = _context(request, patient, size=MOST_PRINTED)
    return render(request, "patients/timeline_print.html", context | {"now": clock.now()})


@require_GET
def export(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Everything that the filters choose, as a table."""
    patient = patient_or_404(request, patient_id)
    form, wanted = _asked(request, patient)
    events = selectors.timeline_export(
        actor_of(request), patient_id, wanted, order=_order(form)
    )
    names = names_of(event.created_by for event in events)
    table = csv_of(events, names, ZoneInfo(patient.time_zone))
    response = HttpResponse(table, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="timeline-{patient.id}.csv"'
    return response


def _context(request: HttpRequest, patient: Patient, *, size: int = 50) -> dict[str, Any]:
    actor, cursor = actor_of(request), request.GET.get("cursor")
    form, wanted = _asked(request, patient)
    view = selectors.timeline_view(
        actor, patient, wanted, order=_order(form), cursor=cursor, size=size
    )
    names = names_of(view.authors)
    form.offer(names)
    query = {name: value for name, value in request.GET.lists() if name in FILTERS}
    zone = ZoneInfo(patient.time_zone)
    return {
        "patient": patient, "page": view.page, "form": form, "summary": view.summary,
        "lines": timeline_presenter.lines(view.page.items, names, zone, cursor=cursor),
        "chips": timeline_presenter.chips(view.summary, wanted, query),
        "years": timeline_presenter.years(view.summary, query),
        "says": summary_words(view.summary, wanted, now=clock.now()),
        "may_write": actor.role in WRITERS, "filtered": wanted != Wanted(), "wanted": wanted,
    }  # fmt: skip


def _asked(request: HttpRequest, patient: Patient) -> tuple[TimelineFilterForm, Wanted]:
    """The filters; where they can't be read, the form says so and nothing is filtered."""
    form = TimelineFilterForm(request.GET)
    if not form.is_valid():
        return form, Wanted()
    wanted = form.wanted(filter(None, request.GET.getlist("kind")), ZoneInfo(patient.time_zone))
    try:
        wanted.search  # noqa: B018  raises where there is no word to look for
    except Invalid as refusal:
        form.add_error("find", refusal.detail)
        return form, replace(wanted, text="")
    return form, wanted


def _order(form: TimelineFilterForm) -> Order:
    return form.cleaned_data.get("order") or Order.NEWEST


def _template(request: HttpRequest) -> str:
    asked = request.headers.get("HX-Request") and not request.headers.get(
        "HX-History-Restore-Request"
    )
    if not asked:
        return "patients/timeline.html"
    older = request.headers.get("HX-Target", "").startswith("older")
    return "patients/_timeline_lines.html" if older else "patients/_timeline_list.html"
