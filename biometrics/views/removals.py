"""Readings removed for good, after a look at what would go and a typed word."""

from operator import itemgetter
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from biometrics import selectors, services
from biometrics.presenters import removals as presenters
from biometrics.presenters.rooms import room
from biometrics.removal_forms import WORD, RemovalForm, WordForm
from biometrics.selectors.removals import removal_reports, samples_to_remove
from clinicity.accounts.requests import actor_of
from clinicity.common.actors import Actor
from clinicity.common.exceptions import DomainError
from patients.access import patient_or_404
from patients.models import Patient
from patients.permissions import WRITERS, demand_writer


@require_http_methods(["GET", "POST"])
def removals(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The reports so far, and the form; with it sent, what would go."""
    patient, actor = patient_or_404(request, patient_id), actor_of(request)
    devices = selectors.devices(actor, patient_id)
    form = RemovalForm(
        request.POST or None, devices=devices, metrics=_choices(actor, patient_id)
    )
    word = WordForm(request.POST if "word" in request.POST else None)
    context = room(patient, "biometrics:data") | {"form": form, "word_form": word, "word": WORD}
    if request.method == "POST":
        demand_writer(actor)
        with timezone.override(ZoneInfo(patient.time_zone)):
            if form.is_valid() and word.is_valid() and _removed(request, patient, form):
                return redirect("biometrics:removals", patient_id)
            if form.is_valid():
                counts = samples_to_remove(actor, patient_id, **form.range())
                context["preview"] = presenters.preview(counts, form.cleaned_data, devices)
            return render(request, "biometrics/removals.html", context, status=_status(context))
    context["reports"] = [
        presenters.report_line(report) for report in removal_reports(actor, patient_id)
    ]
    context["may_write"] = actor.role in WRITERS
    return render(request, "biometrics/removals.html", context)


@require_POST
def lift(request: HttpRequest, patient_id: UUID, removal_id: UUID) -> HttpResponse:
    """Let such readings in again. What was removed stays removed."""
    patient_or_404(request, patient_id)
    services.removal_lift(by=actor_of(request), patient_id=patient_id, removal_id=removal_id)
    messages.success(request, _("Such readings are taken again from now on."))
    return redirect("biometrics:removals", patient_id)


def _removed(request: HttpRequest, patient: Patient, form: RemovalForm) -> bool:
    """Carry it out; false with the refusal on the form."""
    said = form.cleaned_data
    try:
        services.readings_remove(by=actor_of(request), patient_id=patient.id, **said)
    except DomainError as refusal:
        form.add_error(None, refusal.detail)
        return False
    messages.success(request, _("The readings were removed for good. The report is below."))
    return True


def _status(context: dict[str, Any]) -> int:
    return 422 if context["form"].errors or context["word_form"].errors else 200


def _choices(actor: Actor, patient_id: UUID) -> list[tuple[str, str]]:
    codes = selectors.metrics_present(actor, patient_id)
    return sorted(((code, presenters.name_of(code)) for code in codes), key=itemgetter(1))
