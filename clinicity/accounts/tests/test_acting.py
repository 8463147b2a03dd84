"""Row security, with real transactions: inside a test's own one the actor would leak."""

import datetime as dt

import pytest
from django.db import DatabaseError, connection, transaction

from clinicity.accounts.acting import Scope, acting_as
from clinicity.accounts.models import User
from clinicity.accounts.services import user_create
from clinicity.accounts.tokens import actors_ask, actors_in, claims_of, pair_issue
from clinicity.common.actors import SYSTEM, WORKER, Role
from clinicity.common.exceptions import Invalid
from clinicity.common.pipeline import pipelined
from patients import services
from patients.models import Condition, Patient

pytestmark = pytest.mark.usefixtures("real_transactions")


def test_without_an_actor_a_query_raises(patient: Patient) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        list(Patient.objects.all())


def test_the_actor_is_gone_after_the_block(alice: User, patient: Patient) -> None:
    with acting_as(alice.actor):
        assert Patient.objects.count() == 1
    with pytest.raises(DatabaseError), transaction.atomic():
        list(Patient.objects.all())


def test_the_actor_is_gone_after_a_failure(alice: User, patient: Patient) -> None:
    with pytest.raises(ZeroDivisionError), acting_as(alice.actor):
        _ = 1 / 0
    with pytest.raises(DatabaseError), transaction.atomic():
        list(Patient.objects.all())


def test_an_inner_actor_gives_way_to_the_outer_one(
    alice: User, charlie: User, patient: Patient
) -> None:
    with acting_as(alice.actor):
        with acting_as(charlie.actor):
            assert Patient.objects.count() == 0
        assert Patient.objects.count() == 1


def test_a_stranger_sees_changes_and_adds_nothing(charlie: User, patient: Patient) -> None:
    with acting_as(charlie.actor):
        assert not Patient.objects.filter(id=patient.id).exists()
        assert Patient.objects.filter(id=patient.id).update(time_zone="UTC") == 0
    foreign = Condition(patient_id=patient.id, code="F32", display="x", recorded_by=charlie.id)
    with pytest.raises(DatabaseError), acting_as(charlie.actor):
        foreign.save(force_insert=True)


def test_nobody_joins_a_team_by_themselves(charlie: User, patient: Patient) -> None:
    from patients.models import CareTeamMember

    member = CareTeamMember(
        patient_id=patient.id, user_id=charlie.id, starts_at=dt.datetime.now(dt.UTC)
    )
    with pytest.raises(DatabaseError), acting_as(charlie.actor):
        member.save(force_insert=True)


def test_a_service_sees_only_the_patient_that_it_names(alice: User, patient: Patient) -> None:
    other = services.patient_create(
        by=alice.actor, first_name="Other", last_name="One", date_of_birth=dt.date(1970, 1, 1)
    )
    with acting_as(WORKER, patient.id):
        assert list(Patient.objects.values_list("id", flat=True)) == [patient.id]
    with acting_as(WORKER):
        assert Patient.objects.count() == 0
    with acting_as(WORKER, Scope.ALL_PATIENTS):
        assert set(Patient.objects.values_list("id", flat=True)) == {patient.id, other.id}


def test_a_clinician_cannot_widen_their_scope(charlie: User, patient: Patient) -> None:
    with acting_as(charlie.actor, Scope.ALL_PATIENTS):
        assert Patient.objects.count() == 0
    with acting_as(charlie.actor, patient.id):
        assert Patient.objects.count() == 0


def test_a_disabled_account_sees_nothing(alice: User, patient: Patient) -> None:
    User.objects.filter(id=alice.id).update(is_active=False)
    with acting_as(alice.actor):
        assert Patient.objects.count() == 0


def test_the_suite_runs_as_the_app_role() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_user, (SELECT rolbypassrls FROM pg_roles"
                       " WHERE rolname = current_user)")  # fmt: skip
        assert cursor.fetchone() == ("clinicity_app", False)


def test_a_scope_narrows_what_a_clinician_sees_until_it_ends(
    alice: User, charlie: User, patient: Patient
) -> None:
    other = services.patient_create(
        by=alice.actor, first_name="Other", last_name="One", date_of_birth=dt.date(1970, 1, 1)
    )
    with acting_as(alice.actor):
        with acting_as(alice.actor, patient.id):
            assert list(Patient.objects.values_list("id", flat=True)) == [patient.id]
        assert set(Patient.objects.values_list("id", flat=True)) == {patient.id, other.id}
    services.care_hand_over(
        by=alice.actor, patient_ids=[other.id], from_id=alice.id, to_id=charlie.id
    )
    with acting_as(alice.actor, other.id):
        assert Patient.objects.count() == 0


def test_nobody_signs_in_as_a_service(alice: User) -> None:
    with pytest.raises(Invalid):
        user_create(
            by=SYSTEM, email="s@example.org", password="long enough 4 anyone", role=Role.SERVICE,
            display_name="S",
        )  # fmt: skip
    User.objects.filter(id=alice.id).update(role=Role.SERVICE)
    with pipelined() as ask:
        found = actors_ask(ask, [claims_of(pair_issue(alice).access)])
    assert actors_in(found) == {}
