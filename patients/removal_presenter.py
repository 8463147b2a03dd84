"""Removals and their reports in words, for staff and for the patient themselves."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from patients.models import DeletionReport, Removal
from patients.presenters import Words
from patients.selectors.removals import Progress, State

KEPT: dict[str, Words] = {
    "record": _("The care record: the law asks to keep it, and nothing new is made of it."),
    "readings": _("What devices measured before: it is part of the care record."),
    "notes": _("Notes that clinicians wrote and signed."),
    "alerts": _("Alerts that rang, and who acted on them."),
    "own_answers": _("Answers that were quoted from the record inside the clinic."),
    "tombstone": _("The number of the record, so that it is never given to somebody else."),
    "decisions": _("What was agreed to and withdrawn when, without any words."),
    "jobs": _("That work was done on the record, by numbers."),
    "trail": _("The audit trail: who did what when, by numbers and without any content."),
    "cached_key": _("For up to %(seconds)s seconds, other processes still held the key."),
    "backups": _(
        "Backups, until they are replaced: the key to this record is not in new ones."
    ),
}
STORES: dict[str, Words] = {
    "documents.vectors": _("Index of passages"),
    "documents.graph": _("Knowledge graph"),
    "documents.files": _("Files of documents"),
    "documents.rows": _("Documents"),
    "biometrics.pairing": _("Codes for devices"),
    "biometrics.imports": _("Imports and their files"),
    "biometrics.files": _("Uploaded files"),
    "biometrics.rows": _("Readings and devices"),
    "twins.waiting": _("Twins waiting to be made"),
    "twins.twins": _("Twins"),
    "twins.rows": _("Twins"),
    "alerts.checks": _("Checks by rules"),
    "alerts.rows": _("Alerts and rules"),
    "agents.outside_answers": _("Answers of models outside"),
    "agents.conversations": _("Conversations with assistants"),
    "agents.rows": _("Conversations and notes"),
    "patients.search": _("Search index of the timeline"),
    "patients.rows": _("Chart, timeline and team"),
    "patients.account": _("Sign-in of the patient"),
    "patients.name": _("Name, birth date and search index"),
    "patients.answers": _("Stored answers to requests"),
    "patients.redis": _("Short-term memory"),
}
STATES: dict[State, tuple[Words, str]] = {
    State.PENDING: (_("waiting"), "info"),
    State.RUNNING: (_("running"), "info"),
    State.FAILED: (_("stopped by a fault"), "high"),
    State.DONE: (_("done"), "ok"),
    State.STOPPED: (_("stopped: agreed to again"), ""),
}


@dataclass(frozen=True)
class Shown:
    """A removal as a page shows it."""

    progress: Progress
    title: Words
    state: Words
    tone: str
    # What was removed (words and how many), and what was kept.
    removed: Sequence[tuple[Words, int]]
    kept: Sequence[Words]

    @property
    def is_open(self) -> bool:
        return self.progress.removal.finished_at is None

    @property
    def has_failed(self) -> bool:
        return self.progress.state is State.FAILED


def shown(found: Sequence[Progress]) -> list[Shown]:
    return [_shown(progress) for progress in found]


def _shown(progress: Progress) -> Shown:
    words, tone = STATES[progress.state]
    report = progress.report
    return Shown(
        progress, _title(progress.removal), words, tone,
        _removed(report) if report else [],
        [_kept(code) for code in report.kept] if report else [],
    )  # fmt: skip


def _title(removal: Removal) -> Words:
    if removal.purpose:
        return _("Withdrawn: %(purpose)s") % {"purpose": removal.get_purpose_display()}
    return removal.get_kind_display()


def _removed(report: DeletionReport) -> list[tuple[Words, int]]:
    """Stores that held something; the many that were empty are summed up by the page."""
    totals = {name: sum(found.values()) for name, found in report.removed.items()}
    return [(STORES.get(name, name), total) for name, total in totals.items() if total]


def _kept(code: str) -> Words:
    words = KEPT.get(code, code)
    return (
        words % {"seconds": round(settings.KEY_CACHE_SECONDS)}
        if code == "cached_key"
        else words
    )
