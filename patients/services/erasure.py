"""Erasing a person: the key first, then everything that was ever made of their record.

With the order's commit nothing that was sealed for the person can be opened any more (other
processes forget the key within `KEY_CACHE_SECONDS`), and nobody finds the record. The
apps' jobs then take out what needs no key. A tombstone keeps the id from being used again.
"""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.conf import settings
from django.db.models import Max

from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common import clock
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Conflict, Invalid, NotFound
from clinicity.privacy import keyring
from clinicity.privacy.pseudonyms import pseudonym
from patients.models import (
    Encounter,
    LegalHold,
    Patient,
    PatientAlias,
    Removal,
    TimelineEvent,
    record_ids,
)
from patients.permissions import demand_eraser
from patients.services.removal import ordered, parts
from patients.services.rows import patient_locked

NEEDED = "This is needed."


class Held(Conflict):
    """A legal hold stands: nothing of this record may go before it is lifted."""

    type = "legal-hold"
    title = "The record is held."


class StillKept(Conflict):
    """The time for which the record must be kept isn't over, and nobody said why it may go."""

    type = "retention"
    title = "The record must be kept for longer."


@dataclass(frozen=True)
class Asked:
    """What an admin filled in to have somebody erased."""

    confirmation: str
    basis: str
    reason: str
    override: str = ""


def confirmation_of(patient_id: UUID) -> str:
    """What is typed to show that it is this record that is meant."""
    return f"erase {pseudonym(patient_id)[:8]}"


def patient_erase(*, by: Actor, patient_id: UUID, asked: Asked) -> Removal:
    """Destroy the person's key and order the rest. Raises Held, StillKept, Invalid, NotFound."""
    demand_eraser(by)
    _demand_filled(patient_id, asked)
    with acting_as(by):
        patient = _anyone_locked(patient_id)
        subjects = record_ids(patient.id)
        _demand_free(subjects)
        until = keep_until(subjects)
        over = until <= clock.now()
        if not over and not asked.override.strip():
            raise StillKept(
                f"It must be kept until {until.date()}. Say why it goes before.",
                errors={"override": [NEEDED]}, keep_until=until.isoformat(),
            )  # fmt: skip
        removal = Removal(
            patient_id=patient.id, subjects=subjects, parts=parts(), basis=asked.basis,
            kind=_kind(asked.basis, over=over), reason=asked.reason.strip(),
            override="" if over else asked.override.strip(), keep_until=until, ordered_by=by.id,
        )  # fmt: skip
        return _erased(by, removal)


def hold_place(*, by: Actor, patient_id: UUID, reason: str) -> LegalHold:
    """Let nothing of this record be erased until the hold is lifted."""
    demand_eraser(by)
    _demand_text("reason", reason)
    with acting_as(by):
        patient_locked(patient_id)
        hold = LegalHold(patient_id=patient_id, reason=reason.strip(), placed_by=by.id)
        hold.save(force_insert=True)
        _record_hold(by, "hold.place", hold)
    return hold


def hold_lift(*, by: Actor, patient_id: UUID, hold_id: UUID, reason: str) -> LegalHold:
    demand_eraser(by)
    _demand_text("reason", reason)
    with acting_as(by):
        rows = LegalHold.objects.select_for_update().filter(id=hold_id, patient_id=patient_id)
        hold = rows.filter(lifted_at__isnull=True).first()
        if hold is None:
            raise NotFound("There is no such hold.")
        hold.lifted_at, hold.lifted_by = clock.now(), by.id
        hold.lifted_why = reason.strip()
        hold.save(update_fields=["lifted_at", "lifted_by", "lifted_why"])
        _record_hold(by, "hold.lift", hold)
    return hold


def keep_until(subjects: list[UUID]) -> datetime:
    """Until when the record must be kept: so many years after the last entry in it.

    Called inside `acting_as`. RECORD_RETENTION_YEARS says how many.
    """
    made = Patient.objects.filter(id__in=subjects).aggregate(at=Max("created_at"))["at"]
    seen = Encounter.objects.filter(patient_id__in=subjects).aggregate(at=Max("starts_at"))
    told = TimelineEvent.objects.filter(patient_id__in=subjects).aggregate(
        at=Max("occurred_at")
    )
    last: datetime = max(filter(None, [made, seen["at"], told["at"]]))
    year = last.year + settings.RECORD_RETENTION_YEARS
    try:
        return last.replace(year=year)
    except ValueError:  # the 29th of February
        return last.replace(year=year, day=28)


def _erased(by: Actor, removal: Removal) -> Removal:
    now = clock.now()
    ordered(by=by, removal=removal)
    rows = Patient.objects.filter(id__in=removal.subjects)
    rows.update(deleted_at=now, deleted_by=by.id, erased_at=now)
    for subject in removal.subjects:
        keyring.subject_key_destroy(subject)
        audit.record(
            by=by, act="patient.erase", subject="patient", subject_id=subject,
            patient_id=subject, basis=removal.basis, overridden=bool(removal.override),
        )  # fmt: skip
    return removal


def _kind(basis: str, *, over: bool) -> Removal.Kind:
    kept_long_enough = over and basis == Removal.Basis.PURPOSE_OVER
    return Removal.Kind.RETENTION if kept_long_enough else Removal.Kind.ERASURE


def _anyone_locked(patient_id: UUID) -> Patient:
    """The patient, also one who was taken off the list; a merged record leads to the other."""
    merged = PatientAlias.objects.filter(merged_id=patient_id, undone_at__isnull=True).first()
    rows = Patient.objects.select_for_update(of=("self",)).filter(erased_at__isnull=True)
    patient: Patient | None = rows.filter(
        id=merged.patient_id if merged else patient_id
    ).first()
    if patient is None:
        raise NotFound("There is no such patient.")
    return patient


def _demand_free(subjects: list[UUID]) -> None:
    standing = LegalHold.objects.filter(patient_id__in=subjects, lifted_at__isnull=True)
    if standing.exists():
        raise Held(
            "A legal hold stands. It must be lifted, with a reason, before anything goes."
        )


def _demand_filled(patient_id: UUID, asked: Asked) -> None:
    errors: dict[str, list[str]] = {}
    wanted = confirmation_of(patient_id)
    if asked.confirmation.strip().casefold() != wanted:
        errors["confirmation"] = [f"Type: {wanted}"]
    if asked.basis not in Removal.Basis.values:
        errors["basis"] = [f"Choose one of {', '.join(Removal.Basis.values)}."]
    if not asked.reason.strip():
        errors["reason"] = [NEEDED]
    if errors:
        raise Invalid("Some fields need another value.", errors=errors)


def _demand_text(field: str, text: str) -> None:
    if not text.strip():
        raise Invalid("Say why.", errors={field: [NEEDED]})


def _record_hold(by: Actor, act: str, hold: LegalHold) -> None:
    audit.record(
        by=by, act=act, subject="legal_hold", subject_id=hold.id, patient_id=hold.patient_id
    )
