"""Pages of one patient's questionnaires, for those who treat."""

from dataclasses import replace
from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinicity.accounts.requests import actor_of
from clinicity.common import clock
from clinicity.common.exceptions import DomainError, Invalid
from patients import instruments, selectors, services
from patients import questionnaire_pages as pages
from patients.access import patient_or_404
from patients.models import Patient, QuestionnaireResponse
from patients.questionnaire_forms import (
    AnsweredAtForm,
    AssignForm,
    ReasonForm,
    SeenForm,
    answers_from,
    sheet,
    words_of,
)
from patients.views.refusals import show_refusal


@never_cache
@require_GET
def page(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Courses, what is asked and due, and how to ask."""
    patient = patient_or_404(request, patient_id)
    return _page(request, patient, AssignForm())


@require_POST
def assign(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    patient = patient_or_404(request, patient_id)
    form = AssignForm(request.POST)
    with timezone.override(ZoneInfo(patient.time_zone)):
        valid = form.is_valid()
    if valid:
        try:
            services.questionnaire_assign(
                by=actor_of(request), patient_id=patient_id, **form.cleaned_data
            )
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("The questionnaire was assigned."))
            return redirect("patients:questionnaires", patient_id)
    return _page(request, patient, form)


@require_POST
def schedule_end(request: HttpRequest, patient_id: UUID, schedule_id: UUID) -> HttpResponse:
    patient_or_404(request, patient_id)
    services.questionnaire_schedule_end(by=actor_of(request), schedule_id=schedule_id)
    messages.success(request, _("It is asked no more."))
    return redirect("patients:questionnaires", patient_id)


@require_POST
def request_revoke(request: HttpRequest, patient_id: UUID, request_id: UUID) -> HttpResponse:
    patient_or_404(request, patient_id)
    services.questionnaire_request_revoke(by=actor_of(request), request_id=request_id)
    messages.success(request, _("The request was taken back. Its links open nothing now."))
    return redirect("patients:questionnaires", patient_id)


@never_cache
@require_POST
def link_make(request: HttpRequest, patient_id: UUID, request_id: UUID) -> HttpResponse:
    """A link to hand over: shown this once."""
    patient = patient_or_404(request, patient_id)
    made = services.questionnaire_link_make(by=actor_of(request), request_id=request_id)
    path = reverse("questionnaires:enter", args=[made.token])
    shown = {"url": request.build_absolute_uri(path), "expires_at": made.link.expires_at}
    return _page(request, patient, AssignForm(), made=shown)


@require_http_methods(["GET", "POST"])
def fill(request: HttpRequest, patient_id: UUID, instrument: str) -> HttpResponse:
    """Filled in by staff: as a draft for as long as it takes, then finished."""
    patient, actor = patient_or_404(request, patient_id), actor_of(request)
    definition = _instrument_or_404(instrument)
    wording = selectors.wording_of(instrument, request.GET.get("language", ""))
    when = AnsweredAtForm(request.POST or None)
    if request.method == "GET":
        kept = selectors.draft_answers(actor, patient_id, instrument=instrument)
        return _fill_page(request, patient, sheet(definition, wording, kept), when)
    answers = answers_from(definition, request.POST)
    if request.POST.get("act") == "draft":
        services.draft_keep(
            by=actor, patient_id=patient_id, instrument=instrument, answers=answers
        )
        messages.success(request, _("The draft was saved. Nobody else sees it."))
        return redirect("patients:questionnaires", patient_id)
    filled = services.Filled(
        instrument, answers, clock.now(), language=wording.language if wording else "",
        wording_version=wording.version if wording else None,
    )  # fmt: skip
    row = _finish(request, patient, filled, when)
    if row:
        messages.success(request, _("The answers were kept."))
        return redirect("patients:questionnaire", patient_id, row.id)
    return _fill_page(request, patient, sheet(definition, wording, answers), when, status=422)


@never_cache
@require_GET
def detail(request: HttpRequest, patient_id: UUID, response_id: UUID) -> HttpResponse:
    """One set of answers in its words, its versions, and what can be done with it."""
    patient, actor = patient_or_404(request, patient_id), actor_of(request)
    row = selectors.questionnaire_get(actor, patient_id, response_id)
    definition = instruments.instrument_of(row.instrument)
    wording = selectors.wording_version(row.instrument, row.language, row.wording_version)
    context = {
        "patient": patient,
        "row": row,
        "instrument": definition,
        "line": pages.line(row, patient),
        "answers": words_of(definition, wording, row.answers),
        "versions": [
            pages.line(one, patient) for one in selectors.questionnaire_versions(actor, row)
        ],
        "reason_form": ReasonForm(),
    }
    return render(request, "patients/questionnaires/detail.html", context)


@require_http_methods(["GET", "POST"])
def amend(request: HttpRequest, patient_id: UUID, response_id: UUID) -> HttpResponse:
    patient, actor = patient_or_404(request, patient_id), actor_of(request)
    old = selectors.questionnaire_get(actor, patient_id, response_id)
    definition = instruments.instrument_of(old.instrument)
    wording = selectors.wording_version(old.instrument, old.language, old.wording_version)
    form, answers = ReasonForm(request.POST or None), old.answers
    if request.method == "POST":
        answers = answers_from(definition, request.POST)
        if form.is_valid():
            try:
                row = services.response_amend(
                    by=actor, response_id=response_id, answers=answers, **form.cleaned_data
                )
            except DomainError as refusal:
                show_refusal(form, refusal)
            else:
                messages.success(request, _("The correction was kept beside the old answers."))
                return redirect("patients:questionnaire", patient_id, row.id)
    shown = sheet(definition, wording, answers)
    return _fill_page(request, patient, shown, form, amends=old, status=_status(form.errors))


@require_POST
def error(request: HttpRequest, patient_id: UUID, response_id: UUID) -> HttpResponse:
    patient_or_404(request, patient_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("Say why these answers were entered in error. Nothing was changed."))
    services.response_error_mark(
        by=actor_of(request), response_id=response_id, **form.cleaned_data
    )
    messages.success(request, _("The answers are marked as entered in error."))
    return redirect("patients:questionnaire", patient_id, response_id)


@require_POST
def error_undo(request: HttpRequest, patient_id: UUID, response_id: UUID) -> HttpResponse:
    patient_or_404(request, patient_id)
    services.response_error_undo(by=actor_of(request), response_id=response_id)
    messages.success(request, _("The answers count again."))
    return redirect("patients:questionnaire", patient_id, response_id)


@require_POST
def report_see(request: HttpRequest, patient_id: UUID, report_id: UUID) -> HttpResponse:
    """Someone of the team has taken care of a report of self-harm."""
    patient_or_404(request, patient_id)
    form = SeenForm(request.POST)
    note = form.cleaned_data["note"] if form.is_valid() else ""
    services.self_harm_report_see(by=actor_of(request), report_id=report_id, note=note)
    messages.success(request, _("The report is marked as taken care of."))
    return redirect("patients:questionnaires", patient_id)


def _finish(
    request: HttpRequest, patient: Patient, filled: services.Filled, when: AnsweredAtForm
) -> QuestionnaireResponse | None:
    """Keep the answers, or say on the form why not."""
    actor = actor_of(request)
    with timezone.override(ZoneInfo(patient.time_zone)):
        if not when.is_valid():
            return None
    answered_at = when.cleaned_data["answered_at"] or filled.answered_at
    try:
        row = services.questionnaire_fill(
            by=actor, patient_id=patient.id, request_id=_request_id(request),
            filled=replace(filled, answered_at=answered_at),
        )  # fmt: skip
    except DomainError as refusal:
        show_refusal(when, refusal)
        return None
    services.draft_drop(by=actor, patient_id=patient.id, instrument=filled.instrument)
    return row


def _request_id(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.GET.get("request", ""))
    except ValueError:
        return None


def _page(
    request: HttpRequest, patient: Patient, form: AssignForm, *, made: object = None
) -> HttpResponse:
    context = pages.patient_page(actor_of(request), patient, now=clock.now(), made=made)
    context |= {"form": form, "seen_form": SeenForm()}
    status = _status(form.errors)
    return render(request, "patients/questionnaires/page.html", context, status=status)


def _fill_page(
    request: HttpRequest, patient: Patient, shown: object, form: object, *,
    amends: object = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    context = {"patient": patient, "sheet": shown, "form": form, "amends": amends}
    return render(request, "patients/questionnaires/fill.html", context, status=status)


def _status(errors: object) -> int:
    return 422 if errors else 200


def _instrument_or_404(code: str) -> instruments.Instrument:
    try:
        return instruments.instrument_of(code)
    except Invalid as error:
        raise Http404(error.detail) from error
