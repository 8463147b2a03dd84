"""The rooms of a patient's readings: one row of tabs on every page of them."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from patients.models import Patient

ROOMS = {
    "biometrics:series": _("Charts"),
    "biometrics:compare": _("Compare"),
    "biometrics:data": _("Data"),
    "biometrics:devices": _("Devices"),
    "biometrics:imports": _("Imports"),
}


def room(patient: Patient, current: str) -> dict[str, Any]:
    """What the frame of a page in the room `current` needs."""
    tabs = [
        {
            "label": label,
            "href": reverse(name, args=[patient.id]),
            "current": name == current,
            "count": None,
        }
        for name, label in ROOMS.items()
    ]
    return {"patient": patient, "tabs": tabs}
