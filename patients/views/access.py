"""One page of who may see a patient, who looked, and what the patient decided."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from clinicity.accounts.requests import actor_of
from clinicity.accounts.selectors import colleagues, names_of, user_by_email
from clinicity.common.actors import Role
from clinicity.common.exceptions import DomainError
from patients import presenters, removal_presenter, selectors, services
from patients.access import patient_or_404
from patients.consents import current
from patients.models import Consent, Patient
from patients.people_forms import (
    CorrectionAnswerForm,
    CorrectionForm,
    MemberForm,
    OwnAccountForm,
    ProxyForm,
)
from patients.permissions import MEMBERS, REGISTRARS, WRITERS
from patients.views.refusals import show_refusal, tell


@require_GET
def page(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    return _page(request, patient_or_404(request, patient_id))


@require_POST
def member_add(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    return _sent(
        request, patient_id, "form", _member_form(request),
        _("Your colleague sees this patient now."),
        lambda data: services.care_team_member_add(
            by=actor_of(request), patient_id=patient_id,
            **{**data, "user_id": UUID(data["user_id"])},
        ),
    )  # fmt: skip


@require_POST
def member_end(request: HttpRequest, patient_id: UUID, user_id: UUID) -> HttpResponse:
    return _done(
        request, patient_id, _("This is ended: they see this patient no more."),
        lambda: services.care_team_member_end(
            by=actor_of(request), patient_id=patient_id, user_id=user_id
        ),
    )  # fmt: skip


@require_POST
def consent(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The patient's decision, as staff heard or read it."""
    return _done(
        request, patient_id, _("The decision is noted."),
        lambda: services.consent_record(
            by=actor_of(request), patient_id=patient_id,
            purpose=request.POST.get("purpose", ""), given=request.POST.get("given") == "yes",
            source=request.POST.get("source", Consent.Source.SPOKEN),
            text_version=current(),
        ),
    )  # fmt: skip


@require_POST
def proxy_add(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Somebody with an account acts for the patient from now on."""
    return _sent(
        request, patient_id, "proxy_form", ProxyForm(request.POST),
        _("They act for the patient now."),
        lambda data: services.proxy_add(
            by=actor_of(request), patient_id=patient_id,
            user_id=user_by_email(data.pop("email")).id, **data,
        ),
    )  # fmt: skip


@require_POST
def proxy_end(request: HttpRequest, patient_id: UUID, proxy_id: UUID) -> HttpResponse:
    return _done(
        request, patient_id, _("They act for the patient no more."),
        lambda: services.proxy_end(
            by=actor_of(request), patient_id=patient_id, proxy_id=proxy_id
        ),
    )  # fmt: skip


@require_POST
def account_link(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The patient reads their own record by this account."""
    return _sent(
        request, patient_id, "account_form", OwnAccountForm(request.POST),
        _("The patient reads their own record by this account now."),
        lambda data: services.own_account_link(
            by=actor_of(request), patient_id=patient_id, **data
        ),
    )  # fmt: skip


@require_POST
def account_unlink(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    return _done(
        request, patient_id, _("The account reads nothing of this patient any more."),
        lambda: services.own_account_unlink(by=actor_of(request), patient_id=patient_id),
    )  # fmt: skip


@require_POST
def correction_ask(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Staff note in the patient's name what is wrong."""
    form = CorrectionForm(request.POST)
    return _done(
        request, patient_id, _("The request is noted, and waits for an answer."),
        lambda: services.correction_ask(
            by=actor_of(request), patient_id=patient_id,
            statement=form.data.get("statement", ""),
        ),
    )  # fmt: skip


@require_POST
def correction_answer(
    request: HttpRequest, patient_id: UUID, correction_id: UUID
) -> HttpResponse:
    form = CorrectionAnswerForm(request.POST)
    return _done(
        request, patient_id, _("The answer is on the patient’s page."),
        lambda: services.correction_decide(
            by=actor_of(request), patient_id=patient_id, correction_id=correction_id,
            state=form.data.get("state", ""), answer=form.data.get("answer", ""),
        ),
    )  # fmt: skip


@require_GET
def removals(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The removals alone, asked for again while one is under way."""
    patient = patient_or_404(request, patient_id)
    context = {"patient": patient, **_removals(request, patient_id)}
    return render(request, "patients/_removals.html", context)


def _removals(request: HttpRequest, patient_id: UUID) -> dict[str, object]:
    actor = actor_of(request)
    found = removal_presenter.shown(selectors.removals(actor, patient_id))
    return {
        "removals": found, "is_open": any(each.is_open for each in found),
        "may_retry": actor.role in REGISTRARS,
        "url": reverse("patients:removals", args=[patient_id]),
    }  # fmt: skip


def _done(
    request: HttpRequest, patient_id: UUID, words: str, act: Callable[[], object]
) -> HttpResponse:
    """Do one thing and come back to the page, which says what became of it."""
    patient_or_404(request, patient_id)
    tell(request, words, act)
    return redirect("patients:access", patient_id)


def _sent(
    request: HttpRequest, patient_id: UUID, name: str, form: Form, words: str,
    act: Callable[[dict[str, Any]], object],
) -> HttpResponse:  # fmt: skip
    """Do what a form of the page says, or show the page with what is wrong beside its fields."""
    patient = patient_or_404(request, patient_id)
    if form.is_valid():
        try:
            act(dict(form.cleaned_data))
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, words)
            return redirect("patients:access", patient_id)
    return _page(request, patient, **{name: form})


def _member_form(request: HttpRequest | None = None) -> MemberForm:
    choices = [(str(user.id), user.display_name) for user in colleagues(MEMBERS)]
    return MemberForm(request.POST if request else None, colleagues=choices)


def _page(request: HttpRequest, patient: Patient, **sent: Form) -> HttpResponse:
    """`sent` is a form of the page that came with something wrong."""
    actor = actor_of(request)
    context = {
        "patient": patient,
        "form": _member_form(),
        "may_write": actor.role in WRITERS,
        "may_register": actor.role in REGISTRARS,
        "team": presenters.team(selectors.care_team(actor, patient.id)),
        "proxies": presenters.proxies(selectors.proxies(actor, patient.id)),
        "consents": presenters.consents(patient, selectors.consents(actor, patient.id)),
        "may_erase": actor.role == Role.ADMIN,
        "glasses": selectors.glass_of_patient(actor, patient.id),
        "corrections": selectors.corrections(actor, patient.id),
        "account": patient.user_id and names_of([patient.user_id]).get(patient.user_id),
        "account_form": OwnAccountForm(),
        "proxy_form": ProxyForm(),
        "correction_form": CorrectionForm(),
        "answer_form": CorrectionAnswerForm(),
        "aliases": selectors.aliases(actor, patient.id),
        "looks": selectors.access_log(actor, patient.id, size=40),
    }
    context |= _removals(request, patient.id) | sent
    status = 422 if any(form.errors for form in sent.values()) else 200
    return render(request, "patients/access.html", context, status=status)
