"""What a timeline says of itself in words. Pure: `now` and counts come as arguments."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from patients.selectors.timeline_rows import Wanted
from patients.selectors.timeline_summary import TimelineSummary

DAY = "j M Y"
# From this age on, that nothing came after the last entry is worth saying.
QUIET = timedelta(days=14)
# A kind of one entry, and of several.
KINDS: Mapping[str, tuple[Promise, Promise]] = {
    "alert": (gettext_lazy("Alert"), gettext_lazy("Alerts")),
    "allergy": (gettext_lazy("Allergy"), gettext_lazy("Allergies")),
    "condition": (gettext_lazy("Condition"), gettext_lazy("Conditions")),
    "document": (gettext_lazy("Document"), gettext_lazy("Documents")),
    "encounter": (gettext_lazy("Visit"), gettext_lazy("Visits")),
    "genetics": (gettext_lazy("Genetics"), gettext_lazy("Genetics")),
    "import": (gettext_lazy("Import"), gettext_lazy("Imports")),
    "incident": (gettext_lazy("Incident"), gettext_lazy("Incidents")),
    "lab": (gettext_lazy("Result"), gettext_lazy("Results")),
    "life_event": (gettext_lazy("Life event"), gettext_lazy("Life events")),
    "medication": (gettext_lazy("Medication"), gettext_lazy("Medication")),
    "note": (gettext_lazy("Note"), gettext_lazy("Notes")),
    "phone_call": (gettext_lazy("Phone call"), gettext_lazy("Phone calls")),
    "questionnaire": (gettext_lazy("Questionnaire"), gettext_lazy("Questionnaires")),
    "twin": (gettext_lazy("Digital twin"), gettext_lazy("Digital twin")),
}


def kind_name(kind: str) -> str:
    """Of one entry. A kind that nobody named reads as its own words."""
    return str(KINDS[kind][0]) if kind in KINDS else _own_words(kind)


def kind_names(kind: str) -> str:
    """Of several entries."""
    return str(KINDS[kind][1]) if kind in KINDS else _own_words(kind)


def _own_words(kind: str) -> str:
    return kind.replace("_", " ").replace(".", " ").capitalize()


def summary_words(summary: TimelineSummary, wanted: Wanted, *, now: datetime) -> str:
    """How many, from when until when, and since when nothing; never that all is well."""
    if not summary.total or not summary.first_at or not summary.last_at:
        return _nothing(wanted)
    count = ngettext("%d entry", "%d entries", summary.total) % summary.total
    if summary.first_at.date() == summary.last_at.date():
        said = _("%(count)s, on %(day)s") % {"count": count, "day": _day(summary.last_at)}
    else:
        said = _("%(count)s, %(first)s to %(last)s") % {
            "count": count, "first": _day(summary.first_at), "last": _day(summary.last_at),
        }  # fmt: skip
    quiet = now - summary.last_at >= QUIET and not (wanted.until and wanted.until < now)
    if not quiet:
        return f"{said}."
    return _("%(said)s; nothing since.") % {"said": said}


def _nothing(wanted: Wanted) -> str:
    if wanted.text.strip() or wanted.author:
        return _("No entry on record answers to this.")
    if wanted.since and wanted.until:
        return _("Nothing is on record between %(since)s and %(until)s.") % {
            "since": _day(wanted.since), "until": _day(wanted.until),
        }  # fmt: skip
    if wanted.since:
        return _("Nothing on record since %(day)s.") % {"day": _day(wanted.since)}
    return _("Nothing is on record yet.")


def _day(moment: datetime) -> str:
    return date_format(moment, DAY)
