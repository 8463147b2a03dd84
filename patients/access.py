"""Load what a request names, or answer 404. Pages, API and sockets all use these."""

from uuid import UUID

from django.http import Http404, HttpRequest
from rest_framework.request import Request

from clinicity.accounts.requests import actor_of
from clinicity.common.exceptions import NotFound
from patients import selectors
from patients.models import Patient
from patients.permissions import demand_staff


def patient_or_404(request: HttpRequest | Request, patient_id: UUID) -> Patient:
    """The patient, with the read on record; 404 when it isn't the actor's.

    For pages of staff: patients have pages of their own.
    """
    actor = actor_of(request)
    demand_staff(actor)
    try:
        return selectors.patient_get(actor, patient_id)
    except NotFound as error:
        raise Http404(error.detail) from error
