"""Load what a page names, or answer 404."""

from uuid import UUID

from django.http import Http404, HttpRequest

from biometrics import selectors
from biometrics.models import Device
from clinicity.accounts.requests import actor_of
from clinicity.common.exceptions import NotFound


def device_or_404(request: HttpRequest, patient_id: UUID, device_id: UUID) -> Device:
    """The device, if it is this patient's and the patient is the actor's."""
    try:
        device = selectors.device_get(actor_of(request), device_id)
    except NotFound as error:
        raise Http404(error.detail) from error
    if device.patient_id != patient_id:
        raise Http404("There is no such device.")
    return device
