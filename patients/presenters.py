"""Team, proxies and consents as a page shows them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clinicity.common import clock
from patients.models import CareTeamMember, Consent, Patient, Proxy, Purpose

# Which wording of `PURPOSES` people read. It changes with the wording.
CONSENT_TEXTS = "2026-11"
# What each purpose means, in the words that the patient reads.
PURPOSES = {
    Purpose.CARE: _("The team that treats you keeps and reads your record."),
    Purpose.MONITORING: _("Readings of your devices are collected and watched by rules."),
    Purpose.RESEARCH: _("Your data, without your name, may be used in research."),
    Purpose.TRAINING: _("Your data, without your name, may be used to train models."),
    Purpose.EXTERNAL_LLM: _(
        "Texts, without names, may be sent to a language model outside this clinic."
    ),
    Purpose.MESSAGING: _("The clinic may write to you by e-mail and SMS."),
}
# What follows when a purpose is withdrawn.
WITHDRAWN = {
    Purpose.CARE: _("The record is kept as the law asks; the team talks with you."),
    Purpose.MONITORING: _("Nothing new is collected. What is there stays in the record."),
    Purpose.RESEARCH: _("Copies made for research are removed, with a report."),
    Purpose.TRAINING: _(
        "Copies made for training are removed; models trained before are named."
    ),
    Purpose.EXTERNAL_LLM: _("Nothing is sent any more."),
    Purpose.MESSAGING: _("No more messages."),
}
Words = str | Promise


@dataclass(frozen=True)
class Part:
    """One membership or proxy, and whether it holds now."""

    row: CareTeamMember | Proxy
    name: str
    words: Words
    state: str


@dataclass(frozen=True)
class Decision:
    purpose: str
    label: Words
    text: Words
    after: Words
    given: bool
    decided_at: datetime | None
    source: Words


def team(rows: Sequence[CareTeamMember]) -> list[Part]:
    """Who is there now first, then who comes, then who was."""
    return _sorted(_part(row, row.get_part_display()) for row in rows)


def proxies(rows: Sequence[Proxy]) -> list[Part]:
    return _sorted(_part(row, row.get_basis_display()) for row in rows)


def consents(patient: Patient, decisions: Sequence[Consent]) -> list[Decision]:
    """Each purpose with its newest decision."""
    newest = {row.purpose: row for row in reversed(decisions)}
    return [
        Decision(
            purpose.value, purpose.label, PURPOSES[purpose], WITHDRAWN[purpose],
            purpose.value in patient.consents,
            row.decided_at if (row := newest.get(purpose.value)) else None,
            row.get_source_display() if row else "",
        )
        for purpose in Purpose
    ]  # fmt: skip


def _part(row: CareTeamMember | Proxy, words: Words) -> Part:
    return Part(row, row.user.display_name, words, _state(row))


def _sorted(parts: Iterable[Part]) -> list[Part]:
    return sorted(parts, key=lambda part: ("now", "later", "ended").index(part.state))


def _state(row: CareTeamMember | Proxy) -> str:
    now = clock.now()
    if row.ends_at and row.ends_at <= now:
        return "ended"
    return "later" if row.starts_at > now else "now"
