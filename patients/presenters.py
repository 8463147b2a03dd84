"""Team, proxies and consents as a page shows them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import get_language

from clinicity.common import clock
from patients.consents import FALLBACK, Text, current, text_of
from patients.models import CareTeamMember, Consent, Patient, Proxy, Purpose
from patients.selectors import consents_outdated

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
    # The version that they agreed to; with a newer one its words, to be agreed to again.
    version: str
    newer: Text | None


def team(rows: Sequence[CareTeamMember]) -> list[Part]:
    """Who is there now first, then who comes, then who was."""
    return _sorted(_part(row, row.get_part_display()) for row in rows)


def proxies(rows: Sequence[Proxy]) -> list[Part]:
    return _sorted(_part(row, row.get_basis_display()) for row in rows)


def consents(patient: Patient, decisions: Sequence[Consent]) -> list[Decision]:
    """Each purpose with its newest decision, in the words that were agreed to."""
    newest = {row.purpose: row for row in reversed(decisions)}
    outdated = consents_outdated(patient, decisions)
    return [
        _decision(patient, purpose, newest.get(purpose.value), is_old=purpose in outdated)
        for purpose in Purpose
    ]


def _decision(
    patient: Patient, purpose: Purpose, row: Consent | None, *, is_old: bool
) -> Decision:
    given = purpose.value in patient.consents
    language = get_language() or FALLBACK
    now = text_of(current(), purpose, language)
    agreed = row.text_version if row and row.text_version else ""
    read = text_of(agreed, purpose, language) if given and agreed else now
    return Decision(
        purpose.value, purpose.label, read.text, read.after, given,
        row.decided_at if row else None, row.get_source_display() if row else "",
        agreed if given else now.version, now if given and is_old else None,
    )  # fmt: skip


def _part(row: CareTeamMember | Proxy, words: Words) -> Part:
    return Part(row, row.user.display_name, words, _state(row))


def _sorted(parts: Iterable[Part]) -> list[Part]:
    return sorted(parts, key=lambda part: ("now", "later", "ended").index(part.state))


def _state(row: CareTeamMember | Proxy) -> str:
    now = clock.now()
    if row.ends_at and row.ends_at <= now:
        return "ended"
    return "later" if row.starts_at > now else "now"
