"""Who looked at a patient's record, in lines that a patient can read."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext as _

from clinicity.accounts.selectors import names_of
from clinicity.audit import selectors as audit_selectors
from clinicity.audit import services as audit
from clinicity.audit.purposes import WORDS, purpose_of
from clinicity.audit.selectors import Look
from clinicity.common import clock
from clinicity.common.actors import Actor
from patients.models import BreakGlass
from patients.selectors.people import patient_get
from patients.selectors.rows import rows_of

LASTING = timedelta(days=366)
# More lines than a year of the busiest ward.
MOST = 20_000


@dataclass(frozen=True)
class Access:
    """What one person did with the record on one day of the patient's own zone."""

    day: date
    name: str
    role: str
    acts: Mapping[str, int]
    first_at: datetime
    last_at: datetime
    emergency: bool
    # A code of HL7's v3-ActReason, and its words.
    purpose: str
    purpose_words: str
    refused: int = 0


def access_log(actor: Actor, patient_id: UUID, *, size: int = MOST) -> list[Access]:
    """The last year, the newest first. Services without a person are left out."""
    patient = patient_get(actor, patient_id)
    now = clock.now()
    looks = audit_selectors.accesses_of_patient(
        patient_id, since=now - LASTING, until=now, zone=patient.time_zone, size=size
    ).items
    names = names_of({look.actor_id for look in looks})
    broken = rows_of(actor, patient_id, BreakGlass, "id")
    audit.record_read(
        by=actor, act="access_log.read", subject="patient", subject_id=patient_id,
        patient_id=patient_id, count=sum(look.count for look in looks),
    )  # fmt: skip
    return [
        Access(
            look.day, names.get(look.actor_id, ""), look.role, look.times, look.first_at,
            look.last_at, emergency, code, _(WORDS[code]), look.refused,
        )
        for look, emergency, code in _explained(looks, broken)
    ]  # fmt: skip


def _explained(
    looks: Sequence[Look], broken: Sequence[BreakGlass]
) -> Iterator[tuple[Look, bool, str]]:
    """With each line, whether it was an emergency, and what it was for."""
    for look in looks:
        emergency = _in_emergency(look, broken)
        codes = [purpose_of(act, look.role, emergency=emergency) for act in look.acts]
        # Of several purposes of a day, the one that this role usually has.
        usual = purpose_of("", look.role)
        yield look, emergency, usual if usual in codes else codes[0]


def _in_emergency(look: Look, broken: Sequence[BreakGlass]) -> bool:
    """Opening is itself an act on record, so a day that overlaps one has acts within it."""
    return any(
        glass.user_id == look.actor_id
        and glass.starts_at <= look.last_at
        and look.first_at <= glass.ends_at
        for glass in broken
    )
