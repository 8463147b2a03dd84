"""What the portal's pages say, put together from the apps' selectors."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clinicity.accounts.selectors import names_of
from clinicity.audit.models import AuditEvent
from clinicity.common.actors import Actor
from clinicity.common.pages import Page
from clinicity.portal import selectors
from patients import selectors as patients
from patients.forms import PatientForm
from patients.models import Patient

UPCOMING = timedelta(days=7)


@dataclass(frozen=True)
class Panel:
    """One app's part of the overview, loaded into the page by its own URL."""

    title: str | Promise
    icon: str
    name: str
    id: str
    width: str = "col-6"


PANELS = (
    Panel(_("Readings"), "chart", "biometrics:panel", "readings", "col-8"),
    Panel(_("Alerts"), "bell", "alerts:panel", "alerts", "col-4"),
    Panel(_("Digital twin"), "twin", "twins:panel", "twin", "col-8"),
    Panel(_("Chart"), "symptoms", "patients:panel", "chart", "col-4"),
    Panel(_("Timeline"), "timeline", "patients:timeline_panel", "timeline"),
    Panel(_("Documents"), "document", "documents:panel", "documents"),
    Panel(_("Questions"), "chat", "agents:panel", "chat", "col-8"),
)


def today(actor: Actor, *, now: datetime) -> dict[str, Any]:
    """Appointments of today and of the week, and long work."""
    start = datetime.combine(now.date(), time.min, now.tzinfo)
    visits = patients.appointments_between(actor, start, start + UPCOMING)
    tomorrow = start + timedelta(days=1)
    return {
        "now": now,
        "visits": [visit for visit in visits if visit.starts_at < tomorrow],
        "upcoming": [visit for visit in visits if visit.starts_at >= tomorrow],
        "jobs": selectors.jobs_of(actor, now=now)[:6],
    }


def overview(actor: Actor, patient: Patient, *, now: datetime) -> dict[str, Any]:
    """One patient's page: the banner, and the panels that are built."""
    return {
        "now": now,
        "patient": patient,
        "banner": banner_of(actor, patient),
        "zone": zone_of(patient),
        "panels": [
            {**vars(panel), "url": url}
            for panel in PANELS
            if (url := url_if_built(panel.name, patient.id))
        ],
        "visits": patients.encounters(actor, patient.id),
    }


def banner_of(actor: Actor, patient: Patient) -> dict[str, Any]:
    """What the banner says beside the name."""
    team = patients.care_team(actor, patient.id)
    return {
        "allergies": [row.substance for row in patients.allergies(actor, patient.id)],
        "treating": [member.user.display_name for member in team if member.ends_at is None],
    }


def trail(page: Page[AuditEvent]) -> dict[str, Any]:
    """Names of those who acted, beside the events."""
    names = names_of(event.actor_id for event in page.items)
    return {"lines": [(event, names.get(event.actor_id, "")) for event in page.items]}


def zone_of(patient: Patient) -> ZoneInfo:
    return ZoneInfo(patient.time_zone)


def url_if_built(name: str, *args: Any) -> str:
    """The URL of a page, or nothing while its room isn't built."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


def gallery(*, now: datetime) -> dict[str, Any]:
    """Made-up values that show each component in each of its states."""
    return {
        "now": now,
        "earlier": now - timedelta(minutes=4),
        "long_ago": now - timedelta(days=12),
        "interval": "80 %: 0.54–0.67",
        "levels": ["critical", "high", "medium", "low", "info", "ok", "unknown"],
        "tones": ["", "ok", "info", "accent", "medium", "high", "critical"],
        "tabs": [
            {"label": _("Overview"), "href": "#", "current": True},
            {"label": _("Alerts"), "href": "#", "count": 3},
            {"label": _("Documents"), "href": "#", "count": 0},
        ],
        "page": Page([], "next"),
        "patient": Patient(
            id=UUID(int=0),
            first_name="Mira",
            last_name="Sample",
            preferred_name="Mimi",
            date_of_birth=date(1985, 7, 20),
            sex="female",
            record_number="S-0042",
            simulated=True,
        ),
        "banner": {"allergies": [_("Penicillin")], "treating": ["Alice Archer"]},
        "form": PatientForm({"first_name": "Mira", "date_of_birth": ""}),
    }
