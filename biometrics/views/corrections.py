"""Readings marked as entered in error, moved to whom they belong, or taken back."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from biometrics import selectors, services
from biometrics.metrics import metric_of
from biometrics.presenters.rooms import room
from biometrics.reading_forms import CorrectionForm
from biometrics.selectors.corrections import patient_named, samples_touched
from biometrics.services.corrections import Range
from clinicity.accounts.requests import actor_of
from clinicity.common.actors import Actor
from clinicity.common.exceptions import DomainError
from patients.access import patient_or_404
from patients.models import Patient
from patients.permissions import demand_writer


@require_POST
def correct(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Show what would be touched; carry it out once that was confirmed."""
    patient, actor = patient_or_404(request, patient_id), actor_of(request)
    demand_writer(actor)
    form = CorrectionForm(request.POST, devices=selectors.devices(actor, patient_id))
    context = room(patient, "biometrics:series") | {"form": form}
    with timezone.override(ZoneInfo(patient.time_zone)):
        valid = form.is_valid()
        try:
            if valid and "confirm" in request.POST:
                _carry_out(actor, patient, form.cleaned_data)
                messages.success(request, _("The readings were corrected."))
                return redirect(_chart_of(patient, form.cleaned_data["metric"]))
            if valid:
                context["preview"] = _preview(actor, patient, form)
        except DomainError as refusal:
            form.add_error(None, refusal.detail)
        return render(request, "biometrics/correct.html", context)


@require_POST
def restore(request: HttpRequest, patient_id: UUID, position: int) -> HttpResponse:
    """Take a marking back."""
    patient = patient_or_404(request, patient_id)
    services.readings_restore(by=actor_of(request), patient_id=patient_id, position=position)
    messages.success(request, _("The readings are valid again."))
    return redirect(_chart_of(patient, request.POST.get("metric", "")))


def _preview(actor: Actor, patient: Patient, form: CorrectionForm) -> dict[str, Any]:
    asked = form.cleaned_data
    count = samples_touched(
        actor, patient.id, asked["metric"], asked["start"], asked["end"],
        device_id=_device_id(asked),
    )  # fmt: skip
    return {
        "metric": metric_of(asked["metric"]), "count": count, "device": form.device_words(),
        "to": patient_named(actor, asked["to"]) if asked["act"] == "move" else None,
        "start": asked["start"], "end": asked["end"], "reason": asked["reason"],
    }  # fmt: skip


def _carry_out(actor: Actor, patient: Patient, asked: dict[str, Any]) -> None:
    what = Range(asked["metric"], asked["start"], asked["end"], _device_id(asked))
    place = {"by": actor, "patient_id": patient.id, "what": what, "reason": asked["reason"]}
    if asked["act"] == "move":
        services.readings_move(**place, to_patient_id=patient_named(actor, asked["to"]).id)
    else:
        services.readings_mark_error(**place)


def _device_id(asked: dict[str, Any]) -> UUID | None:
    return UUID(asked["device_id"]) if asked["device_id"] else None


def _chart_of(patient: Patient, metric: str) -> str:
    return f"{reverse('biometrics:series', args=[patient.id])}?{urlencode({'metric': metric})}"
