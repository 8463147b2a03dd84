"""Load what a page names, or answer 404."""

from uuid import UUID

from django.http import Http404, HttpRequest

from agents import selectors
from agents.models import NoteRevision
from agents.selectors import Answered
from clinicity.accounts.requests import actor_of
from clinicity.common.exceptions import NotFound


def turn_or_404(request: HttpRequest, turn_id: UUID) -> Answered:
    try:
        return selectors.turn_get(actor_of(request), turn_id)
    except NotFound as error:
        raise Http404(error.detail) from error


def note_or_404(request: HttpRequest, note_id: UUID) -> list[NoteRevision]:
    """The note's revisions, newest first."""
    try:
        return selectors.note_get(actor_of(request), note_id)
    except NotFound as error:
        raise Http404(error.detail) from error
