"""The identifying values of everybody in the database, opened in memory and never told."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from clinicity.accounts.models import User
from clinicity.privacy import keyring
from clinicity.privacy.phi import spans
from clinicity.privacy.pseudonyms import pseudonym
from clinicity.privacy.resealing import OWNER
from clinicity.workbench.phi_audit.known import KnownValues
from clinicity.workbench.phi_audit.shapes import Report
from patients.models import Contact, Identifier, Patient

AT_ONCE = 1000


def known_values(report: Report) -> KnownValues:
    """Of patients, who is near them, and staff's addresses; as the owner, past row security."""
    known, closed = KnownValues(), set[UUID]()
    for model, add in ADDED.items():
        for row in _rows(model):
            try:
                add(known, row)
            except keyring.CantOpen:
                closed.add(getattr(row, model.Privacy.subject))
    for user in _rows(User):
        known.add("staff", spans.EMAIL, user.email)
    known.ready()
    report.patients = Patient.objects.using(OWNER).count()
    report.identifiers, report.closed = len(known), len(closed)
    return known


def _rows(model: Any) -> Iterator[Any]:
    last: UUID | None = None
    while True:
        rows = model._default_manager.using(OWNER).order_by("pk")
        page = list(rows.filter(pk__gt=last)[:AT_ONCE] if last else rows[:AT_ONCE])
        if not page:
            return
        name = model.Privacy.subject
        keyring.preload(getattr(row, name) if name else keyring.SYSTEM for row in page)
        yield from page
        last = page[-1].pk


def _person(known: KnownValues, row: Patient) -> None:
    who = pseudonym(row.id)
    known.add_name(who, row.first_name, row.last_name)
    known.add_name(who, row.preferred_name)
    known.add_date(who, row.date_of_birth)
    known.add(who, spans.ID, row.record_number)


def _contact(known: KnownValues, row: Contact) -> None:
    who = pseudonym(row.patient_id)
    known.add_name(who, *row.name.split())
    known.add(who, spans.PHONE, row.phone)
    known.add(who, spans.EMAIL, row.email)
    for line in row.address.splitlines():
        known.add(who, spans.ADDRESS, line.strip(" ,"))


def _identifier(known: KnownValues, row: Identifier) -> None:
    known.add(pseudonym(row.patient_id), spans.ID, row.value)


ADDED: dict[Any, Any] = {Patient: _person, Contact: _contact, Identifier: _identifier}
