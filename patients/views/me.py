"""The pages of patients and of who acts for them: own data, who looked, consents, corrections."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from clinicity.accounts.requests import actor_of
from clinicity.common import clock
from clinicity.common.exceptions import DomainError
from patients import presenters, removal_presenter, selectors, services
from patients.consents import current
from patients.models import Consent, Encounter
from patients.people_forms import CorrectionForm


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """One's own page; who acts for several chooses one."""
    mine = selectors.own_records(actor_of(request))
    if len(mine) == 1:
        return redirect("me:record", mine[0].id)
    return render(request, "me/choose.html", {"mine": mine, **_help()})


@require_GET
def record(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    patient = selectors.own_record_get(actor, patient_id)
    visits = selectors.encounters(actor, patient_id)
    context = {
        "patient": patient,
        "to_come": [
            visit
            for visit in reversed(visits)
            if visit.starts_at >= clock.now() and visit.status == Encounter.Status.PLANNED
        ],
        "conditions": selectors.conditions(actor, patient_id),
        "allergies": selectors.allergies(actor, patient_id),
        "medications": [
            row for row in selectors.medications(actor, patient_id) if not row.ended_on
        ],
        "lab_results": selectors.lab_results(actor, patient_id)[:20],
        "questionnaires": selectors.questionnaire_responses(actor, patient_id)[-10:],
    }
    return render(request, "me/record.html", context | _help())


@require_GET
def looks(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    patient = selectors.own_record_get(actor, patient_id)
    context = {"patient": patient, "looks": selectors.access_log(actor, patient_id)}
    return render(request, "me/looks.html", context | _help())


@require_GET
def consents(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    patient = selectors.own_record_get(actor, patient_id)
    decisions = selectors.consents(actor, patient_id)
    context = {
        "patient": patient,
        "consents": presenters.consents(patient, decisions),
        "history": decisions,
        **_removals(request, patient_id),
    }
    return render(request, "me/consents.html", context | _help())


def _removals(request: HttpRequest, patient_id: UUID) -> dict[str, object]:
    found = removal_presenter.shown(selectors.removals(actor_of(request), patient_id))
    return {"removals": found, "is_open": any(each.is_open for each in found), "url": ""}


@require_POST
def decide(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    selectors.own_record_get(actor, patient_id)
    try:
        services.consent_record(
            by=actor, patient_id=patient_id, purpose=request.POST.get("purpose", ""),
            given=request.POST.get("given") == "yes", source=Consent.Source.ONLINE,
            text_version=current(),
        )  # fmt: skip
    except DomainError as refusal:
        messages.error(request, f"{refusal.title} {refusal.detail}")
    else:
        messages.success(request, _("Your decision is noted."))
    return redirect("me:consents", patient_id)


@require_GET
def corrections(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    return _corrections(request, patient_id, CorrectionForm())


@require_POST
def correct(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    selectors.own_record_get(actor, patient_id)
    form = CorrectionForm(request.POST)
    if not form.is_valid():
        return _corrections(request, patient_id, form)
    services.correction_ask(by=actor, patient_id=patient_id, **form.cleaned_data)
    messages.success(request, _("Your words reached the team. Their answer shows here."))
    return redirect("me:corrections", patient_id)


def _corrections(request: HttpRequest, patient_id: UUID, form: CorrectionForm) -> HttpResponse:
    actor = actor_of(request)
    patient = selectors.own_record_get(actor, patient_id)
    context = {
        "patient": patient,
        "form": form,
        "corrections": selectors.corrections(actor, patient_id),
    }
    status = 422 if form.errors else 200
    return render(request, "me/corrections.html", context | _help(), status=status)


def _help() -> dict[str, object]:
    """The numbers that help at any hour, and the hours in which someone here reads."""
    return {"help_lines": settings.HELP_NUMBERS, "care_hours": settings.HELP_HOURS}
