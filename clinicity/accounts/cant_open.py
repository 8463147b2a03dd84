"""What can't be opened is said aloud: on the page, in the trail, in the metrics.

Templates swallow exceptions inside `{% if %}`, and a form shows a refusal as a mistake of
its user. So each failure to open is noted by the keyring itself, and an answer that doesn't
speak of it is replaced by one that does.
"""

from collections.abc import Callable
from contextvars import ContextVar
from http import HTTPStatus

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from prometheus_client import Counter

from clinicity.accounts.models import User
from clinicity.audit import services as audit
from clinicity.audit.models import AuditEvent
from clinicity.common.actors import SYSTEM, Actor
from clinicity.common.problems import problem_json, problem_of
from clinicity.privacy import keyring
from clinicity.privacy.keyring import CantOpen, Destroyed, Failure, NoKey, Unreadable

COUNT = Counter("clinicity_cant_open", "Sealed values that couldn't be opened.", ["reason"])
KINDS = {kind.type: kind for kind in (NoKey, Unreadable, Destroyed)}
SENTENCES = {
    NoKey.type: "Its key is missing. Nothing of it is shown or changed. Tell an administrator.",
    Unreadable.type: "What is stored was altered. Nothing of it is shown or changed."
    " Tell an administrator.",
    Destroyed.type: "Its key was destroyed on purpose; nobody can open it again.",
}
_noted: ContextVar[list[Failure] | None] = ContextVar("noted", default=None)


def note(failure: Failure) -> None:
    """Of each failure, wherever it happens; kept until the request's answer is there."""
    COUNT.labels(failure.reason).inc()
    noted = _noted.get()
    if noted is not None:
        noted.append(failure)


class SayWhatCantBeOpened:
    """Records failures to open with who asked, and lets no answer pass them over."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        noted: list[Failure] = []
        token = _noted.set(noted)
        try:
            response = self.get_response(request)
        finally:
            _noted.reset(token)
        if not noted:
            return response
        _record(_actor(request), noted)
        unsaid = next((failure for failure in noted if not failure.marked), None)
        return _problem(request, unsaid) if unsaid and not _says_so(response) else response


def _says_so(response: HttpResponse) -> bool:
    """Whether the answer is a refusal already; a bare 500 says nothing."""
    status = response.status_code
    return status >= HTTPStatus.BAD_REQUEST and status != HTTPStatus.INTERNAL_SERVER_ERROR


def _actor(request: HttpRequest) -> Actor:
    user = getattr(request, "user", None)
    return user.actor if isinstance(user, User) else SYSTEM


def _record(by: Actor, noted: list[Failure]) -> None:
    """One event for each record. An erased one is no incident."""
    for id, reason in sorted({(f.subject_id, f.reason) for f in noted}):
        if reason != Destroyed.type:
            audit.record(
                by=by, act="keys.cant_open", subject="keys", subject_id=id,
                patient_id=None if id == keyring.SYSTEM else id,
                outcome=AuditEvent.Outcome.FAILED, reason=reason,
            )  # fmt: skip


def _problem(request: HttpRequest, failure: Failure) -> HttpResponse:
    error = KINDS[failure.reason](SENTENCES[failure.reason])
    if request.path.startswith(("/api/", "/fhir/")):
        return problem_json(problem_of(error))
    try:
        return render(request, "problem.html", {"problem": error}, status=error.status)
    except CantOpen:  # even who asks can't be named
        return HttpResponse(
            f"{error.title} {error.detail}", status=error.status, content_type="text/plain"
        )
