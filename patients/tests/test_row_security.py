"""The second wall: each role on a raw connection, whatever the selectors above it say."""

from collections.abc import Callable
from datetime import date, timedelta
from uuid import UUID

import pytest
from django.db import ProgrammingError, connection, transaction

from clinicity.accounts.acting import Scope, acting_as
from clinicity.accounts.models import User
from clinicity.accounts.services import user_create
from clinicity.common import clock
from clinicity.common.actors import SYSTEM, WORKER, Actor, Role
from clinicity.common.ids import new_id
from patients.models import (
    BreakGlass,
    CareTeamMember,
    Condition,
    Patient,
    PatientAlias,
    Proxy,
    Visibility,
)
from patients.services import condition_add, patient_create

ROLES = ("treats", "covers", "coordinates", "former", "stranger", "glass", "self", "proxy",
         "former_proxy", "admin", "auditor", "researcher", "author", "service", "elsewhere")  # fmt: skip
# Which of the items each sees: a(uthor), t(eam), r(estricted), p (released to the patient).
SEES = {
    "treats": "trp", "covers": "tp", "coordinates": "tp", "former": "", "stranger": "",
    "glass": "trp", "self": "p", "proxy": "p", "former_proxy": "", "admin": "tp", "auditor": "",
    "researcher": "", "author": "atrp", "service": "atrp", "elsewhere": "",
}  # fmt: skip
LETTER = {
    Visibility.AUTHOR: "a", Visibility.TEAM: "t", Visibility.RESTRICTED: "r",
    Visibility.RELEASED: "p",
}  # fmt: skip


def person(role: str) -> User:
    return user_create(
        by=SYSTEM, email=f"{new_id()}@clinic.example", password="correct horse battery staple",
        display_name="Somebody", role=Role(role),
    )  # fmt: skip


@pytest.fixture
def record(alice: User) -> Patient:
    patient = patient_create(
        by=alice.actor, first_name="Nora", last_name="Hidden", date_of_birth=date(1990, 1, 1)
    )
    for visibility in Visibility.values:
        row = condition_add(
            by=alice.actor, patient_id=patient.id, code="F32.1", display="Depressive episode"
        )
        with acting_as(alice.actor):
            Condition.objects.filter(id=row.id).update(visibility=visibility)
    return patient


@pytest.fixture
def relations(alice: User, record: Patient) -> Callable[[str], tuple[Actor, UUID | None]]:
    """`relations(name)`: somebody who stands in that relation to the record, and a scope."""
    now = clock.now()

    def member(part: str, *, until: timedelta | None = None) -> Actor:
        user = person("clinician")
        with acting_as(alice.actor):
            CareTeamMember(
                patient_id=record.id, user_id=user.id, part=part,
                starts_at=now - timedelta(days=9), ends_at=until and now + until,
            ).save(force_insert=True)  # fmt: skip
        return user.actor

    def proxy(until: timedelta | None) -> Actor:
        user = person("proxy")
        with acting_as(alice.actor):
            Proxy(
                patient_id=record.id, user_id=user.id, basis="parent", parts=["read"],
                starts_at=now - timedelta(days=9), ends_at=until and now + until,
                made_by=alice.id,
            ).save(force_insert=True)  # fmt: skip
        return user.actor

    def glass() -> Actor:
        user = person("clinician")
        with acting_as(user.actor):
            BreakGlass(
                patient_id=record.id, user_id=user.id, reason="Unconscious in the ward",
                starts_at=now, ends_at=now + timedelta(hours=1),
            ).save(force_insert=True)  # fmt: skip
        return user.actor

    def oneself() -> Actor:
        user = person("patient")
        with acting_as(alice.actor):
            Patient.objects.filter(id=record.id).update(user_id=user.id)
        return user.actor

    makers: dict[str, Callable[[], Actor]] = {
        "treats": lambda: member("treats"),
        "covers": lambda: member("covers", until=timedelta(days=1)),
        "coordinates": lambda: member("coordinates"),
        "former": lambda: member("treats", until=timedelta(seconds=-1)),
        "stranger": lambda: person("clinician").actor,
        "glass": glass,
        "self": oneself,
        "proxy": lambda: proxy(None),
        "former_proxy": lambda: proxy(timedelta(seconds=-1)),
        "admin": lambda: person("admin").actor,
        "auditor": lambda: person("auditor").actor,
        "researcher": lambda: person("researcher").actor,
        "author": lambda: alice.actor,
        "service": lambda: WORKER,
        "elsewhere": lambda: WORKER,
    }
    scopes = {"service": record.id, "elsewhere": new_id()}
    return lambda name: (makers[name](), scopes.get(name))


def seen_by(actor: Actor, scope: UUID | Scope | None) -> str:
    with acting_as(actor, scope), connection.cursor() as cursor:
        cursor.execute("SELECT visibility FROM patients_condition")
        return "".join(sorted(LETTER[Visibility(row[0])] for row in cursor.fetchall()))


@pytest.mark.parametrize("role", ROLES)
def test_each_sees_their_items_and_no_others(
    role: str, relations: Callable[[str], tuple[Actor, UUID | None]], record: Patient
) -> None:
    actor, scope = relations(role)
    assert seen_by(actor, scope) == "".join(sorted(SEES[role]))
    # A scope narrows a person, and never widens.
    if actor.role != Role.SERVICE:
        assert seen_by(actor, record.id) == "".join(sorted(SEES[role]))
        assert seen_by(actor, new_id()) == ("pt" if role == "admin" else "")


@pytest.mark.parametrize(
    "role", ["stranger", "former", "auditor", "researcher", "former_proxy"]
)
def test_who_sees_nothing_writes_nothing(
    role: str, relations: Callable[[str], tuple[Actor, UUID | None]], record: Patient
) -> None:
    actor, _ = relations(role)
    with acting_as(actor):
        assert Patient.objects.filter(id=record.id).update(time_zone="UTC") == 0
    with pytest.raises(ProgrammingError, match="row-level security"), acting_as(actor):
        Condition(patient_id=record.id, code="F20.0", display="x", recorded_by=actor.id).save(
            force_insert=True
        )


def test_nobody_opens_the_glass_for_somebody_else(
    charlie: User, bob: User, record: Patient
) -> None:
    now = clock.now()
    with pytest.raises(ProgrammingError, match="row-level security"), acting_as(charlie.actor):
        BreakGlass(
            patient_id=record.id, user_id=bob.id, reason="x", starts_at=now,
            ends_at=now + timedelta(hours=1),
        ).save(force_insert=True)  # fmt: skip


def test_a_query_without_actor_raises(record: Patient) -> None:
    with pytest.raises(Exception, match=r"clinicity\.actor|uuid"), transaction.atomic():
        list(Condition.objects.values_list("id"))


def test_who_sees_a_patient_sees_the_record_merged_into_them(
    alice: User, charlie: User, record: Patient
) -> None:
    other = patient_create(
        by=charlie.actor, first_name="Nora", last_name="Hidden", date_of_birth=date(1990, 1, 1)
    )
    condition_add(by=charlie.actor, patient_id=other.id, code="F41.1", display="Anxiety")
    with acting_as(alice.actor):
        assert not Condition.objects.filter(patient_id=other.id).exists()
    with acting_as(WORKER, Scope.ALL_PATIENTS):
        alias = PatientAlias(patient_id=record.id, merged_id=other.id, made_by=WORKER.id)
        alias.save(force_insert=True)
    for scope in (None, record.id):
        with acting_as(alice.actor, scope):
            assert Condition.objects.filter(patient_id=other.id).exists()
    with acting_as(WORKER, Scope.ALL_PATIENTS):
        PatientAlias.objects.filter(id=alias.id).update(
            undone_at=clock.now(), undone_by=WORKER.id
        )
    with acting_as(alice.actor):
        assert not Condition.objects.filter(patient_id=other.id).exists()
