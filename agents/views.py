"""Pages of the panel: asking about a patient, and writing notes."""

from http import HTTPStatus
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from agents import presenters, selectors, services
from agents.access import note_or_404, turn_or_404
from agents.forms import AskForm, NoteForm
from clinicity.accounts.requests import actor_of
from clinicity.accounts.selectors import names_of
from clinicity.common.exceptions import DomainError
from patients.access import patient_or_404

LAST_TURNS = 3


@require_GET
def panel(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The overview's part: the question box, the last turns, the notes."""
    patient, actor = patient_or_404(request, patient_id), actor_of(request)
    page = selectors.history(actor, patient_id=patient_id, size=LAST_TURNS)
    context = {
        "patient": patient,
        "form": AskForm(),
        "cards": [presenters.turn_card(answered) for answered in page.items],
        "notes": selectors.notes(actor, patient_id, size=5),
    }
    return render(request, "agents/_panel.html", context)


@require_GET
def chats(request: HttpRequest) -> HttpResponse:
    """The actor's own conversations, with whom each is about."""
    page = selectors.sessions_page(actor_of(request), cursor=request.GET.get("cursor"))
    return render(request, "agents/chats.html", {"page": page})


@require_GET
def chat(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """One conversation about a patient: the one named, or the newest. `?new` begins one."""
    patient, actor = patient_or_404(request, patient_id), actor_of(request)
    sessions = selectors.sessions(actor, patient_id)
    session_id = request.GET.get("session", "")
    chosen = next((one for one in sessions if str(one.id) == session_id), None)
    if chosen is None and "new" not in request.GET and "start" not in request.GET:
        chosen = next(iter(sessions), None)
    window = {name: request.GET.get(name, "")[:10] for name in ("start", "end")}
    return render(
        request, "agents/chat.html", _chat(request, patient, sessions, chosen, AskForm(initial={
            **window, "session": chosen.id if chosen else None,
        }))
    )  # fmt: skip


@require_POST
def ask(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Ask. A page that listens gets the turn's id at once; others wait for the answer."""
    patient, actor = patient_or_404(request, patient_id), actor_of(request)
    form = AskForm(request.POST)
    if not form.is_valid():
        if request.accepts("text/html"):
            context = _chat(request, patient, selectors.sessions(actor, patient_id), None, form)
            return render(request, "agents/chat.html", context, status=HTTPStatus.BAD_REQUEST)
        return JsonResponse({"errors": form.errors}, status=HTTPStatus.BAD_REQUEST)
    asked = services.Question(form.cleaned_data["question"], form.window)
    about = {"session_id": form.cleaned_data["session"], "patient_id": patient_id}
    if request.headers.get("X-Listens"):
        turn = services.question_ask(by=actor, asked=asked, **about)
        return JsonResponse(
            {
                "turn_id": str(turn.id),
                "session_id": str(turn.session_id),
                "card": reverse("agents:turn", args=[turn.id]),
                "page": _page(patient_id, turn.session_id),
            },
            status=HTTPStatus.CREATED,
        )
    answered = services.question_answer(by=actor, asked=asked, **about)
    return redirect(f"{_page(patient_id, answered.turn.session_id)}#turn-{answered.turn.id}")


@require_GET
def turn(request: HttpRequest, turn_id: UUID) -> HttpResponse:
    """One turn as a fragment: running, or with its answer."""
    answered = turn_or_404(request, turn_id)
    return render(request, "agents/_turn.html", {"card": presenters.turn_card(answered)})


@require_POST
def stop(request: HttpRequest, turn_id: UUID) -> HttpResponse:
    services.turn_stop(by=actor_of(request), turn_id=turn_id)
    return _back_to(turn_or_404(request, turn_id))


@require_POST
def retry(request: HttpRequest, turn_id: UUID) -> HttpResponse:
    """Ask the same again: the record may have grown."""
    answered = services.turn_retry(by=actor_of(request), turn_id=turn_id)
    return _back_to(answered)


@require_POST
def note_draft(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    patient_or_404(request, patient_id)
    drafted = services.note_draft(by=actor_of(request), patient_id=patient_id)
    return redirect("agents:note", drafted.note_id)


@require_http_methods(["GET", "POST"])
def note(request: HttpRequest, note_id: UUID) -> HttpResponse:
    """The note's editor. What a button does is in its `act`."""
    revisions = note_or_404(request, note_id)
    form = NoteForm(request.POST or None, initial=presenters.note_texts(revisions[0]))
    status = HTTPStatus.OK
    if request.method == "POST" and form.is_valid():
        try:
            _change(request, note_id, form)
        except DomainError as refusal:
            form.add_error(None, refusal.detail)
            status = HTTPStatus(refusal.status)
        else:
            return redirect("agents:note", note_id)
    return render(request, "agents/note.html", _note(request, revisions, form), status=status)


def _change(request: HttpRequest, note_id: UUID, form: NoteForm) -> None:
    known: dict[str, Any] = {
        "by": actor_of(request), "note_id": note_id,
        "revision": form.cleaned_data["revision"], "texts": form.texts,
    }  # fmt: skip
    act = request.POST.get("act")
    if act == "sign":
        services.note_sign(**known)
        messages.success(request, _("The note is signed. From now on it is amended."))
    elif act == "amend":
        services.note_amend(**known, reason=form.cleaned_data["reason"])
        messages.success(request, _("The amendment was added."))
    else:
        services.note_edit(**known)
        messages.success(request, _("The draft was saved."))


def _chat(
    request: HttpRequest, patient: Any, sessions: Any, chosen: Any, form: AskForm
) -> dict[str, Any]:
    turns = selectors.turns(actor_of(request), chosen.id) if chosen else []
    return {
        "patient": patient,
        "sessions": sessions,
        "session": chosen,
        "cards": [presenters.turn_card(answered) for answered in turns],
        "form": form,
    }


def _note(request: HttpRequest, revisions: Any, form: NoteForm) -> dict[str, Any]:
    newest = revisions[0]
    return {
        "patient": patient_or_404(request, newest.patient_id),
        "revision": newest,
        "revisions": revisions,
        "names": names_of(row.written_by for row in revisions),
        "sections": presenters.note_sections(newest, form),
        "form": form,
    }


def _page(patient_id: UUID, session_id: UUID) -> str:
    return f"{reverse('agents:chat', args=[patient_id])}?session={session_id}"


def _back_to(answered: selectors.Answered) -> HttpResponse:
    turn = answered.turn
    return redirect(f"{_page(turn.patient_id, turn.session_id)}#turn-{turn.id}")
