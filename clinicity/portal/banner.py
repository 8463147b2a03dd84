"""The patient's banner: who this is, on every page about them."""

from typing import Any

from django.urls import NoReverseMatch, ResolverMatch, reverse
from django.utils.translation import gettext_lazy as _

from alerts import selectors as alerts
from clinicity.accounts.acting import acting_as
from clinicity.common.actors import Actor
from patients import selectors as patients
from patients.models import Patient

# The rooms of one patient's record, in the order of a visit.
ROOMS = (
    (_("Overview"), "portal:patient"),
    (_("Chart"), "patients:chart"),
    (_("Readings"), "biometrics:series"),
    (_("Timeline"), "patients:timeline"),
    (_("Twin"), "twins:detail"),
    (_("Documents"), "documents:of_patient"),
    (_("Questionnaires"), "patients:questionnaires"),
    (_("Chat"), "agents:chat"),
    (_("Access"), "patients:access"),
)


def banner_of(
    actor: Actor, patient: Patient, *, match: ResolverMatch | None = None
) -> dict[str, Any]:
    """Allergies, open alerts, who treats, and the ways to the patient's other pages."""
    with acting_as(actor, patient.id):
        team = patients.care_team(actor, patient.id)
        rang = alerts.patient_alerts(actor, patient.id)
        return {
            "allergies": [row.substance for row in patients.allergies(actor, patient.id)],
            "safety_plan": patients.has_safety_plan(actor, patient.id),
            "alerts": sum(alert.resolved_at is None for alert in rang),
            "treating": [member.user.display_name for member in team if member.ends_at is None],
            "glass": patients.glass_standing(actor, patient.id),
            "withdrawn": "monitoring" not in patient.consents,
            "rooms": [
                {
                    "label": label,
                    "url": url,
                    "current": match is not None and _is_room(match, name),
                }
                for label, name in ROOMS
                if (url := url_if_built(name, patient.id))
            ],
        }


def _is_room(match: ResolverMatch, name: str) -> bool:
    """An app is a room, and patients has several: there the page's name tells."""
    app, _sep, page = name.partition(":")
    return match.app_name == app and (
        app != "patients" or (match.url_name or "").startswith(page)
    )


def url_if_built(name: str, *args: Any) -> str:
    """The URL of a page, or nothing while its room isn't built."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""
