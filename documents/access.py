"""Load what a request names, or answer 404."""

from uuid import UUID

from django.http import Http404, HttpRequest

from clinicity.accounts.requests import actor_of
from clinicity.common.exceptions import NotFound
from documents import selectors
from documents.models import Document


def document_or_404(request: HttpRequest, document_id: UUID) -> Document:
    """The document, with the read on record; 404 when it isn't the actor's."""
    try:
        return selectors.document_get(actor_of(request), document_id)
    except NotFound as error:
        raise Http404(error.detail) from error
