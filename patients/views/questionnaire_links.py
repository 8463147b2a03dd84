"""The form that a patient fills in: by link without an account, or signed in.

The token is in the first address only: it goes into the session at once, so that it stands
in no later address, history entry or Referer.
"""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinicity.accounts.requests import actor_of
from clinicity.common import clock
from clinicity.common.actors import SYSTEM, Actor
from patients import instruments, selectors, services
from patients.instruments import Instrument
from patients.models import QuestionnaireResponse
from patients.permissions import demand_own_pages
from patients.questionnaire_forms import (
    BirthDateForm,
    answers_from,
    language_names,
    sheet,
    unanswered,
)
from patients.questionnaire_pages import help_context
from patients.services import LinkClosed

LINK, UNLOCKED = "questionnaire_link", "questionnaire_unlocked"
SESSION_SECONDS = 2 * 3600
View = Callable[..., HttpResponse]


def private(view: View) -> View:
    """Kept by no cache, found by no search engine, told to no other site."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        try:
            answer = view(request, *args, **kwargs)
        except LinkClosed as closed:
            context = {"closed": closed, **help_context()}
            answer = render(
                request, "patients/questionnaires/closed.html", context, status=closed.status
            )
        answer["Cache-Control"] = "no-store"
        answer["X-Robots-Tag"] = "noindex, nofollow"
        # `no-referrer` would take the origin from the form's own posts as well.
        answer["Referrer-Policy"] = "same-origin"
        return answer

    return wrapped


@login_not_required
@private
@require_GET
def enter(request: HttpRequest, token: str) -> HttpResponse:
    index = services.index_of(token)
    services.link_open(index=index, address=_address(request))
    request.session[LINK] = index
    if not request.user.is_authenticated:
        request.session.set_expiry(SESSION_SECONDS)
    return redirect("questionnaires:link")


@login_not_required
@private
@require_http_methods(["GET", "POST"])
def link(request: HttpRequest) -> HttpResponse:
    """First the birth date, then the form, then thanks."""
    index = _index(request)
    opened = services.link_at(index=index)
    if request.session.get(UNLOCKED) != index:
        return _birth_date(request, index)
    definition = instruments.instrument_of(opened.instrument)
    kept = selectors.draft_answers(SYSTEM, opened.patient_id, request_id=opened.request_id)

    def send(answers: Sequence[int | None], language: str, version: int | None) -> object:
        row = services.link_answer(
            index=index, answers=answers, language=language, wording_version=version
        )
        request.session.pop(LINK, None)
        request.session.pop(UNLOCKED, None)
        return row

    return _form(request, definition, kept, send, "questionnaires:link_save")


@login_not_required
@private
@require_POST
def link_save(request: HttpRequest) -> HttpResponse:
    """Keeps what is answered so far, and shows help at once where it is needed."""
    index = _index(request)
    opened = services.link_at(index=index)
    if request.session.get(UNLOCKED) != index:
        raise LinkClosed(_("Open the link again."))
    answers = answers_from(instruments.instrument_of(opened.instrument), request.POST)
    services.link_draft_keep(index=index, answers=answers)
    return _saved(request, opened.instrument, answers)


@private
@require_GET
def mine(request: HttpRequest) -> HttpResponse:
    """What a signed-in patient is asked for."""
    due = selectors.questionnaires_due(_own(request))
    context = {"due": due.due, **help_context()}
    return render(request, "patients/questionnaires/mine.html", context)


@private
@require_http_methods(["GET", "POST"])
def mine_fill(request: HttpRequest, request_id: UUID) -> HttpResponse:
    actor = _own(request)
    asked = selectors.questionnaire_request_get(actor, request_id)
    definition = instruments.instrument_of(asked.instrument)
    kept = selectors.draft_answers(actor, asked.patient_id, request_id=asked.id)

    def send(answers: Sequence[int | None], language: str, version: int | None) -> object:
        filled = services.Filled(
            asked.instrument, answers, clock.now(), QuestionnaireResponse.Mode.PATIENT,
            language, version,
        )  # fmt: skip
        return services.questionnaire_request_answer(
            by=actor, request_id=asked.id, filled=filled
        )

    return _form(request, definition, kept, send, "questionnaires:save", asked.id)


@private
@require_POST
def mine_save(request: HttpRequest, request_id: UUID) -> HttpResponse:
    actor = _own(request)
    asked = selectors.questionnaire_request_get(actor, request_id)
    answers = answers_from(instruments.instrument_of(asked.instrument), request.POST)
    services.request_draft_keep(
        by=actor, patient_id=asked.patient_id, request_id=asked.id, answers=answers
    )
    return _saved(request, asked.instrument, answers)


def _own(request: HttpRequest) -> Actor:
    actor = actor_of(request)
    demand_own_pages(actor)
    return actor


def _birth_date(request: HttpRequest, index: str) -> HttpResponse:
    form = BirthDateForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            services.link_unlock(index=index, address=_address(request), **form.cleaned_data)
        except services.WrongBirthDate as wrong:
            form.add_error("birth_date", f"{wrong.title} {wrong.detail}")
        else:
            request.session[UNLOCKED] = index
            return redirect("questionnaires:link")
    context = {"form": form, **help_context()}
    status = 422 if form.errors else 200
    return render(request, "patients/questionnaires/birth_date.html", context, status=status)


def _form(
    request: HttpRequest, definition: Instrument, kept: Sequence[int | None] | None,
    send: Callable[..., object], save: str, *args: object,
) -> HttpResponse:  # fmt: skip
    """The form itself; a question may be left out when that is meant."""
    language = request.POST.get("language") or request.GET.get("language", "")
    wording = selectors.wording_of(definition.code, language)
    if wording is None:
        raise LinkClosed(_("These questions can’t be shown now. Ask the clinic."))
    answers, missing = kept, []
    if request.method == "POST":
        answers = answers_from(definition, request.POST)
        missing = unanswered(definition, answers)
        if not missing or request.POST.get("leave_out"):
            send(answers, wording.language, wording.version)
            return _thanks(request, definition.code, answers)
    context = {
        "sheet": sheet(definition, wording, answers, missing),
        "languages": language_names(selectors.wording_languages(definition.code)),
        "save_url": reverse(save, args=args),
        "urgent": bool(answers and _harm(definition.code, answers)),
        **help_context(),
    }
    status = 422 if missing else 200
    return render(request, "patients/questionnaires/form.html", context, status=status)


def _thanks(request: HttpRequest, code: str, answers: Sequence[int | None]) -> HttpResponse:
    context = {"urgent": _harm(code, answers), **help_context()}
    return render(request, "patients/questionnaires/thanks.html", context)


def _saved(request: HttpRequest, code: str, answers: Sequence[int | None]) -> HttpResponse:
    context = {"urgent": _harm(code, answers), "at": clock.now(), **help_context()}
    return render(request, "patients/questionnaires/_saved.html", context)


def _harm(code: str, answers: Sequence[int | None]) -> bool:
    return bool(instruments.assess(code, answers).self_harm)


def _index(request: HttpRequest) -> str:
    index = request.session.get(LINK, "")
    if not index:
        raise LinkClosed(_("Open the link that you were sent again."))
    return str(index)


def _address(request: HttpRequest) -> str:
    return str(request.META.get("REMOTE_ADDR", ""))
