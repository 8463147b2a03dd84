"""Contacts and identifiers of a patient."""

from typing import TypeVar
from uuid import UUID

from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common import clock
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Conflict, Invalid, NotFound
from clinicity.privacy.pseudonyms import blind_index
from patients.models import Contact, Identifier
from patients.permissions import demand_registrar
from patients.services.rows import patient_locked

R = TypeVar("R", Contact, Identifier)
IDENTIFIER_SCOPE = "patient.identifier"


def contact_add(
    *, by: Actor, patient_id: UUID, relationship: str, name: str, phone: str = "",
    email: str = "", address: str = "",
) -> Contact:  # fmt: skip
    demand_registrar(by)
    errors: dict[str, list[str]] = {}
    if relationship not in Contact.Relationship.values:
        errors["relationship"] = [f"Choose one of {', '.join(Contact.Relationship.values)}."]
    if not name.strip():
        errors["name"] = ["This is needed."]
    if not (phone.strip() or email.strip() or address.strip()):
        errors["phone"] = ["Give a phone number, an e-mail address or an address."]
    if errors:
        raise Invalid("Some fields need another value.", errors=errors)
    row = Contact(
        patient_id=patient_id, relationship=relationship, name=name.strip(),
        phone=phone.strip(), email=email.strip(), address=address.strip(), recorded_by=by.id,
    )  # fmt: skip
    return _added(by, row, "contact.add")


def identifier_add(*, by: Actor, patient_id: UUID, system: str, value: str) -> Identifier:
    demand_registrar(by)
    if not system.strip() or not value.strip():
        raise Invalid("Give both.", errors={"value": ["A system and a value are needed."]})
    row = Identifier(
        patient_id=patient_id, system=system.strip(), value=value.strip(),
        index=identifier_index(system, value), recorded_by=by.id,
    )  # fmt: skip
    with acting_as(by, patient_id):
        known = Identifier.objects.filter(
            patient_id=patient_id, system=row.system, index=row.index, removed_at__isnull=True
        )
        if known.exists():
            raise Conflict("This identifier is noted already.")
        return _added(by, row, "identifier.add")


def contact_remove(*, by: Actor, patient_id: UUID, contact_id: UUID) -> Contact:
    return _removed(by, Contact, patient_id, contact_id, "contact.remove")


def identifier_remove(*, by: Actor, patient_id: UUID, identifier_id: UUID) -> Identifier:
    return _removed(by, Identifier, patient_id, identifier_id, "identifier.remove")


def identifier_index(system: str, value: str) -> str:
    return blind_index(f"{system.strip()}|{value.strip()}", scope=IDENTIFIER_SCOPE)


def _added(by: Actor, row: R, act: str) -> R:
    with acting_as(by, row.patient_id):
        patient_locked(row.patient_id)
        row.save(force_insert=True)
        _record(by, act, row)
    return row


def _removed(by: Actor, model: type[R], patient_id: UUID, row_id: UUID, act: str) -> R:
    """Marked, not destroyed."""
    demand_registrar(by)
    with acting_as(by, patient_id):
        rows = model.objects.select_for_update().filter(id=row_id, patient_id=patient_id)
        row = rows.filter(removed_at__isnull=True).first()
        if row is None:
            raise NotFound("There is no such entry.")
        row.removed_at = clock.now()
        row.save(update_fields=["removed_at"])
        _record(by, act, row)
    return row


def _record(by: Actor, act: str, row: Contact | Identifier) -> None:
    audit.record(
        by=by, act=act, subject=act.partition(".")[0], subject_id=row.id,
        patient_id=row.patient_id,
    )  # fmt: skip
