"""Reading contacts, identifiers and requests to put the record right."""

from uuid import UUID

from clinicity.common.actors import Actor
from patients.models import Contact, Correction, Identifier
from patients.selectors.rows import rows_of


def contacts(actor: Actor, patient_id: UUID) -> list[Contact]:
    rows = rows_of(actor, patient_id, Contact, "created_at")
    return [row for row in rows if row.removed_at is None]


def identifiers(actor: Actor, patient_id: UUID) -> list[Identifier]:
    rows = rows_of(actor, patient_id, Identifier, "created_at")
    return [row for row in rows if row.removed_at is None]


def corrections(actor: Actor, patient_id: UUID) -> list[Correction]:
    """The newest first."""
    return rows_of(actor, patient_id, Correction, "-id")
