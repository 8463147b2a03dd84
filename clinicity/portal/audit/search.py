"""From what an auditor types to what the trail is asked for."""

from collections.abc import Callable, Mapping
from typing import TypeVar
from uuid import UUID

from django.utils.translation import gettext as _

from clinicity.accounts.selectors import staff_named
from clinicity.audit import selectors as audit
from clinicity.audit.selectors import TrailFilter
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Invalid
from clinicity.portal.audit.forms import TrailForm
from patients import selectors as patients
from patients.permissions import STAFF

T = TypeVar("T")


def wanted_of(actor: Actor, form: TrailForm) -> TrailFilter | None:
    """What a form asks for; None where it makes no sense, which the form then says."""
    if not form.is_bound:
        return TrailFilter()
    if not form.is_valid():
        return None
    data = form.cleaned_data
    who = _told(form, "actor_id", lambda: _people(data["actor_id"]))
    patient = _told(form, "patient_id", lambda: _patient(actor, data["patient_id"]))
    if form.errors:
        return None
    return TrailFilter(
        actor_ids=who, patient_id=patient, act=data["act"], subject=data["subject"].strip(),
        outcome=data["outcome"], since=data["since"], until=data["until"],
        request_id=data["request_id"].strip(),
    )  # fmt: skip


def _told(form: TrailForm, name: str, find: Callable[[], T]) -> T | None:
    """What is found, or None with the refusal beside its field."""
    try:
        return find()
    except Invalid as error:
        form.add_error(name, error.detail)
        return None


def _people(text: str) -> tuple[UUID, ...] | None:
    if not text.strip():
        return None
    id = _uuid(text)
    found = (id,) if id else tuple(staff_named(text))
    if not found:
        raise Invalid(_("Nobody who works here is called so. Patients are found by id."))
    return found


def _patient(actor: Actor, text: str) -> UUID | None:
    text = text.strip()
    if not text:
        return None
    found = (
        _uuid(text) or audit.patient_of_pseudonym(actor, text) or _by_record_number(actor, text)
    )
    if found is None:
        raise Invalid(_("The trail knows no record by this pseudonym, id or number."))
    return found


def _by_record_number(actor: Actor, text: str) -> UUID | None:
    """For admins, who see the records; auditors know them by pseudonym only."""
    if actor.role not in STAFF:
        return None
    found = patients.patients_page(actor, search=text, size=2).items
    if len(found) > 1:
        raise Invalid(_("This fits more than one record: take the pseudonym or the id."))
    return found[0].id if found else None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text.strip())
    except ValueError:
        return None


def demand_wanted(actor: Actor, asked: Mapping[str, str]) -> TrailFilter:
    """The same for a program: what makes no sense is refused, field by field."""
    act = asked.get("act", "")
    form = TrailForm(asked, acts=[act] if act else [])
    wanted = wanted_of(actor, form)
    if wanted is None:
        errors = {name: [str(each) for each in told] for name, told in form.errors.items()}
        raise Invalid(_("The search isn’t clear."), errors=errors)
    return wanted
