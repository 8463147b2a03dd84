"""One page of who may see a patient, who looked, and what the patient decided."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
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
    return _page(request, patient_or_404(request, patient_id), _member_form())


@require_POST
def member_add(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    patient = patient_or_404(request, patient_id)
    form = _member_form(request)
    if form.is_valid():
        data = {**form.cleaned_data, "user_id": UUID(form.cleaned_data["user_id"])}
        try:
            services.care_team_member_add(by=actor_of(request), patient_id=patient_id, **data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("Your colleague sees this patient now."))
            return redirect("patients:access", patient_id)
    return _page(request, patient, form)


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
    patient = patient_or_404(request, patient_id)
    form = ProxyForm(request.POST)
    if form.is_valid():
        data = dict(form.cleaned_data)
        try:
            user = user_by_email(data.pop("email"))
            services.proxy_add(
                by=actor_of(request), patient_id=patient_id, user_id=user.id, **data
            )
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("They act for the patient now."))
            return redirect("patients:access", patient_id)
    return _page(request, patient, _member_form(), form)


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
    form = OwnAccountForm(request.POST)
    if not form.is_valid():
        return _page(request, patient_or_404(request, patient_id), _member_form())
    return _done(
        request, patient_id, _("The patient reads their own record by this account now."),
        lambda: services.own_account_link(
            by=actor_of(request), patient_id=patient_id, **form.cleaned_data
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


def _member_form(request: HttpRequest | None = None) -> MemberForm:
    choices = [(str(user.id), user.display_name) for user in colleagues(MEMBERS)]
    return MemberForm(request.POST if request else None, colleagues=choices)


def _page(
    request: HttpRequest, patient: Patient, form: MemberForm,
    proxy_form: ProxyForm | None = None,
) -> HttpResponse:  # fmt: skip
    actor = actor_of(request)
    context = {
        "patient": patient,
        "form": form,
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
        "proxy_form": proxy_form or ProxyForm(),
        "correction_form": CorrectionForm(),
        "answer_form": CorrectionAnswerForm(),
        "aliases": selectors.aliases(actor, patient.id),
        "looks": selectors.access_log(actor, patient.id, size=40),
    }
    context |= _removals(request, patient.id)
    status = 422 if form.errors or (proxy_form and proxy_form.errors) else 200
    return render(request, "patients/access.html", context, status=status)
