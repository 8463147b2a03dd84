"""What the portal's pages say, put together from the apps' selectors."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from agents import selectors as agents
from clinicity.audit.selectors import security_alerts_open
from clinicity.common.actors import Actor
from clinicity.common.pages import Page
from clinicity.portal import selectors
from clinicity.portal.banner import url_if_built
from clinicity.portal.picture import PERIODS, picture_of
from clinicity.portal.records import Record, record_of
from clinicity.portal.since import since_visit
from documents import selectors as documents
from documents.models import Document
from patients import selectors as patients
from patients.forms import PatientForm
from patients.models import Patient

UPCOMING = timedelta(days=7)
MOST_QUESTIONNAIRES = 20
DAYS = 90
# A comparison needs four weeks before a visit that may be weeks ago itself.
LOOK_BACK = 120


@dataclass(frozen=True)
class Panel:
    """One app's part of the overview, loaded into the page by its own URL."""

    title: str | Promise
    icon: str
    name: str
    id: str


WIDE = (
    Panel(_("Readings"), "chart", "biometrics:panel", "readings"),
    Panel(_("Digital twin"), "twin", "twins:panel", "twin"),
    Panel(_("Documents"), "document", "documents:panel", "documents"),
    Panel(_("Questions"), "chat", "agents:panel", "chat"),
)
NARROW = (
    Panel(_("Alerts"), "bell", "alerts:panel", "alerts"),
    Panel(_("Chart"), "symptoms", "patients:panel", "chart"),
    Panel(_("Timeline"), "timeline", "patients:timeline_panel", "timeline"),
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
        "alerts_url": url_if_built("alerts:inbox"),
        "notices": notices(),
        "security_alerts": security_alerts_open(actor),
        "to_do": _to_do(actor, now),
    }


def _to_do(actor: Actor, now: datetime) -> list[dict[str, Any]]:
    """What waits for this person's hand: own drafts, documents that nobody vouches for, and
    tests that are due for what patients take."""
    drafts = [
        {"what": _("Unsigned note"), "patient": draft.patient, "at": draft.created_at,
         "url": reverse("agents:note", args=[draft.note_id]), "icon": "edit"}
        for draft in agents.drafts(actor)
    ]  # fmt: skip
    held = [
        {"what": f"{row.get_state_display().capitalize()}: {row.title}", "patient": row.patient,
         "at": row.created_at, "url": reverse("documents:document", args=[row.id]),
         "icon": "warning"}
        for row in documents.documents_page(actor, size=100).items
        if row.state in (Document.State.HELD, Document.State.FAILED)
    ]  # fmt: skip
    tests = [
        {"what": _("%(test)s is due (%(drug)s)") % {"test": one.due.test, "drug": one.due.drug},
         "patient": one.patient, "at": one.due.due_on,
         "url": reverse("patients:chart", args=[one.patient.id]) + "#monitoring",
         "icon": "medication"}
        for one in patients.monitoring_due(actor, now=now, limit=20)
    ]  # fmt: skip
    return [*_questionnaires(actor), *drafts, *held, *tests]


def _questionnaires(actor: Actor) -> list[dict[str, Any]]:
    """Reports of self-harm that nobody has seen, then what is due the longest."""
    waiting = patients.questionnaires_due(actor, most=MOST_QUESTIONNAIRES)
    reported = [
        {"what": _("Self-harm was reported"), "patient": one.patient, "at": one.reported_at,
         "url": reverse("patients:questionnaires", args=[one.patient_id]), "icon": "warning"}
        for one in waiting.reports
    ]  # fmt: skip
    due = [
        {"what": _("Questionnaire due: %(name)s") % {"name": one.name}, "patient": one.patient,
         "at": one.request.due_at, "icon": "symptoms",
         "url": reverse("patients:questionnaires", args=[one.request.patient_id])}
        for one in waiting.due
    ]  # fmt: skip
    return [*reported, *due]


def notices() -> list[dict[str, Any]]:
    """What everybody should know of the system itself."""
    found = []
    if settings.DEMO:
        found.append(
            {
                "tone": "info",
                "title": _("This is a demonstration"),
                "text": _(
                    "Every patient is simulated. Don’t enter anything about real people."
                ),
            }
        )
    return found


def overview(actor: Actor, patient: Patient, *, now: datetime) -> dict[str, Any]:
    """One patient's page: the banner, the picture, and the panels that are built."""
    record = record_of(actor, patient, now=now, days=LOOK_BACK)
    return {
        **_picture(record, patient, DAYS),
        "now": now,
        "since": since_visit(record),
        "wide": _built(WIDE, patient),
        "narrow": _built(NARROW, patient),
    }


def _built(panels: Sequence[Panel], patient: Patient) -> list[dict[str, Any]]:
    urls = [(panel, url_if_built(panel.name, patient.id)) for panel in panels]
    return [{**vars(panel), "url": url} for panel, url in urls if url]


def picture(actor: Actor, patient: Patient, *, now: datetime, days: int) -> dict[str, Any]:
    """The ribbons alone, over another period."""
    record = record_of(actor, patient, now=now, days=max(days, LOOK_BACK))
    return _picture(record, patient, days)


def period(text: str) -> int:
    """How many days were asked for: one of the periods on offer."""
    offered = {str(days): days for days, _words in PERIODS}
    return offered.get(text, DAYS)


def _picture(record: Record, patient: Patient, days: int) -> dict[str, Any]:
    return {
        "patient": patient,
        "picture": picture_of(record, days),
        "periods": PERIODS,
        "days": days,
        "ask_url": ask_url(patient),
    }


def ask_url(patient: Patient) -> str:
    """Where one asks about this patient; the page adds the marked window to it."""
    return url_if_built("agents:chat", patient.id)


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
        "marks": {"allergies": [_("Penicillin")], "treating": ["Alice Archer"], "alerts": 2},
        "form": PatientForm({"first_name": "Mira", "date_of_birth": ""}),
    }
