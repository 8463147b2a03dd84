"""Everyone who may stand in some relation to one record, and how they come to it."""

from collections.abc import Callable
from datetime import timedelta

from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.accounts.services import user_create
from clinicity.common import clock
from clinicity.common.actors import SYSTEM, Actor, Role
from clinicity.common.ids import new_id
from patients.models import BreakGlass, CareTeamMember, Patient, Proxy
from patients.models.consent import Purpose
from patients.services import consent_record

# Relation → what it is, in the words of the page that is made of this.
RELATIONS = {
    "anonymous": "nobody signed in",
    "treats": "clinician who treats",
    "covers": "clinician who covers, for a day",
    "coordinates": "coordinator of the care",
    "glass": "clinician behind broken glass",
    "former": "clinician who treated until a moment ago",
    "stranger": "clinician of others",
    "withdrawn": "clinician who treats, after the patient withdrew every consent",
    "self": "the patient",
    "proxy": "who acts for the patient",
    "former_proxy": "who acted for the patient until a moment ago",
    "other_patient": "another patient",
    "admin": "admin",
    "auditor": "auditor",
    "researcher": "researcher",
}


def person(role: str) -> User:
    return user_create(
        by=SYSTEM, email=f"{new_id()}@clinic.example", password="correct horse battery staple",
        display_name="Somebody", role=Role(role),
    )  # fmt: skip


def user_in(relation: str, treating: User, patient: Patient) -> User | None:
    """Somebody new who stands in this relation to the patient; None is nobody."""
    return MAKERS[relation](treating.actor, patient)


def _member(role: str, part: str, until: timedelta | None = None) -> Callable[..., User]:
    def make(by: Actor, patient: Patient) -> User:
        user, now = person(role), clock.now()
        with acting_as(by):
            CareTeamMember(
                patient_id=patient.id, user_id=user.id, part=part,
                starts_at=now - timedelta(days=9), ends_at=until and now + until,
            ).save(force_insert=True)  # fmt: skip
        return user

    return make


def _proxy(until: timedelta | None = None) -> Callable[..., User]:
    def make(by: Actor, patient: Patient) -> User:
        user, now = person("proxy"), clock.now()
        with acting_as(by):
            Proxy(
                patient_id=patient.id, user_id=user.id, basis="parent",
                parts=["read", "answer", "decide"], starts_at=now - timedelta(days=9),
                ends_at=until and now + until, made_by=by.id,
            ).save(force_insert=True)  # fmt: skip
        return user

    return make


def _glass(by: Actor, patient: Patient) -> User:
    user, now = person("clinician"), clock.now()
    with acting_as(user.actor):
        BreakGlass(
            patient_id=patient.id, user_id=user.id, reason="Unconscious in the ward",
            starts_at=now, ends_at=now + timedelta(hours=1),
        ).save(force_insert=True)  # fmt: skip
    return user


def _oneself(by: Actor, patient: Patient) -> User:
    user = person("patient")
    with acting_as(by):
        Patient.objects.filter(id=patient.id).update(user_id=user.id)
    return user


def _withdrawn(by: Actor, patient: Patient) -> User:
    """The consents of the record are withdrawn; the maker's world is asked by nobody else."""
    user = _member("clinician", "treats")(by, patient)
    for purpose in Purpose.values:
        consent_record(
            by=by, patient_id=patient.id, purpose=purpose, given=False, source="paper"
        )
    return user


def _anyone(role: str) -> Callable[..., User]:
    return lambda by, patient: person(role)


MAKERS: dict[str, Callable[[Actor, Patient], User | None]] = {
    "anonymous": lambda by, patient: None,
    "treats": _member("clinician", "treats"),
    "covers": _member("clinician", "covers", timedelta(days=1)),
    "coordinates": _member("coordinator", "coordinates"),
    "glass": _glass,
    "former": _member("clinician", "treats", timedelta(seconds=-1)),
    "stranger": _anyone("clinician"),
    "withdrawn": _withdrawn,
    "self": _oneself,
    "proxy": _proxy(),
    "former_proxy": _proxy(timedelta(seconds=-1)),
    "other_patient": _anyone("patient"),
    "admin": _anyone("admin"),
    "auditor": _anyone("auditor"),
    "researcher": _anyone("researcher"),
}
