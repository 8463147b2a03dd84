"""One entry of the timeline: read, written, edited, removed and put back, in place or not."""

from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinicity.accounts.requests import actor_of
from clinicity.accounts.selectors import names_of
from clinicity.common import clock
from clinicity.common.exceptions import DomainError, NotFound
from patients import selectors, services, timeline_presenter
from patients.access import patient_or_404
from patients.forms import TimelineEntryForm
from patients.models import Patient, TimelineEvent
from patients.permissions import WRITERS
from patients.selectors import TimelineHistory
from patients.selectors.timeline_search import unmarked
from patients.views.refusals import show_refusal

FIELDS = ("title", "body", "kind", "occurred_at", "visibility")


@require_http_methods(["GET", "POST"])
def create(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    patient = patient_or_404(request, patient_id)
    with timezone.override(ZoneInfo(patient.time_zone)):
        form = TimelineEntryForm(request.POST or None, initial={"occurred_at": clock.now()})
        if request.method == "POST" and form.is_valid():
            given = {name: form.cleaned_data[name] for name in FIELDS}
            try:
                event = services.timeline_event_add(
                    by=actor_of(request), patient_id=patient_id, **given
                )
            except DomainError as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, _("The entry was added."))
                return _to_entry(event)
        context = {"patient": patient, "form": form}
        return render(request, "patients/timeline_form.html", context, status=_status(form))


@require_GET
def entry(request: HttpRequest, patient_id: UUID, event_id: UUID) -> HttpResponse:
    """All of it, with its history; also when it was removed, to put it back."""
    patient, history = _history(request, patient_id, event_id)
    return render(request, "patients/timeline_entry.html", _told(request, patient, history))


@require_GET
def history(request: HttpRequest, patient_id: UUID, event_id: UUID) -> HttpResponse:
    """The history alone, under an entry of the list."""
    patient, found = _history(request, patient_id, event_id)
    return render(request, "patients/_timeline_history.html", _told(request, patient, found))


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, patient_id: UUID, event_id: UUID) -> HttpResponse:
    """The form stands in the entry's place, or on a page of its own without script."""
    patient, event = _event(request, patient_id, event_id)
    with timezone.override(ZoneInfo(patient.time_zone)):
        initial = {name: getattr(event, name) for name in (*FIELDS, "version")}
        form = TimelineEntryForm(request.POST or None, initial=initial)
        if request.method == "POST" and form.is_valid():
            try:
                event = services.timeline_event_edit(
                    by=actor_of(request), event_id=event_id, changes=_changes(form, event),
                    version=form.cleaned_data["version"],
                )  # fmt: skip
            except DomainError as refusal:
                show_refusal(form, refusal)
            else:
                return _changed(request, patient, event, _("The change was saved."), "undo")
        context = {"patient": patient, "form": form, "event": event}
        partial = bool(request.headers.get("HX-Request"))
        template = "_timeline_form.html" if partial else "timeline_form.html"
        status = 200 if partial else _status(form)
        return render(request, f"patients/{template}", context, status=status)


@require_POST
def remove(request: HttpRequest, patient_id: UUID, event_id: UUID) -> HttpResponse:
    patient, event = _event(request, patient_id, event_id)
    services.timeline_event_delete(by=actor_of(request), event_id=event.id)
    return _changed(request, patient, event, _("The entry was removed."), "restore")


@require_POST
def restore(request: HttpRequest, patient_id: UUID, event_id: UUID) -> HttpResponse:
    patient, _found = _history(request, patient_id, event_id)
    event = services.timeline_event_restore(by=actor_of(request), event_id=event_id)
    return _changed(request, patient, event, _("The entry is back."))


@require_POST
def undo(request: HttpRequest, patient_id: UUID, event_id: UUID) -> HttpResponse:
    patient, _event_before = _event(request, patient_id, event_id)
    event = services.timeline_event_undo(by=actor_of(request), event_id=event_id)
    return _changed(request, patient, event, _("The change was taken back."), "undo")


def _event(
    request: HttpRequest, patient_id: UUID, event_id: UUID
) -> tuple[Patient, TimelineEvent]:
    patient = patient_or_404(request, patient_id)
    try:
        event = selectors.timeline_event_get(actor_of(request), event_id)
    except NotFound as error:
        raise Http404(error.detail) from error
    if event.patient_id != patient_id:
        raise Http404
    return patient, event


def _history(
    request: HttpRequest, patient_id: UUID, event_id: UUID
) -> tuple[Patient, TimelineHistory]:
    patient = patient_or_404(request, patient_id)
    try:
        found = selectors.timeline_history(actor_of(request), event_id)
    except NotFound as error:
        raise Http404(error.detail) from error
    if found.event.patient_id != patient_id:
        raise Http404
    return patient, found


def _told(request: HttpRequest, patient: Patient, found: TimelineHistory) -> dict[str, Any]:
    names = names_of([change.by for change in found.changes])
    zone = ZoneInfo(patient.time_zone)
    [line] = timeline_presenter.lines([unmarked(found.event)], names, zone)
    return {
        "patient": patient, "event": found.event, "line": line,
        "history": timeline_presenter.told(found, names, zone),
        "may_write": actor_of(request).role in WRITERS,
    }  # fmt: skip


def _changes(form: TimelineEntryForm, event: TimelineEvent) -> dict[str, Any]:
    """A form's moment has no seconds: a minute that stayed is no change."""
    changes = {name: form.cleaned_data[name] for name in FIELDS}
    if changes["occurred_at"] == event.occurred_at.replace(second=0, microsecond=0):
        del changes["occurred_at"]
    return changes


def _changed(
    request: HttpRequest, patient: Patient, event: TimelineEvent, said: str, undo: str = ""
) -> HttpResponse:
    """The entry anew in its place, with a toast that can take the act back."""
    if not request.headers.get("HX-Request"):
        messages.success(request, said)
        return _to_entry(event)
    names = names_of([event.created_by])
    zone = ZoneInfo(patient.time_zone)
    [line] = timeline_presenter.lines([unmarked(event)], names, zone)
    # The toast that asked is gone by then, and its answer brings no other.
    said = "" if request.POST.get("quiet") else said
    context = {
        "patient": patient, "line": line, "said": said, "undo": undo, "may_write": True,
        "removed": undo == "restore",
    }  # fmt: skip
    return render(request, "patients/_timeline_changed.html", context)


def _to_entry(event: TimelineEvent) -> HttpResponse:
    return redirect("patients:timeline_entry", event.patient_id, event.id)


def _status(form: TimelineEntryForm) -> int:
    return 422 if form.errors else 200
