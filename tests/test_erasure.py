"""Erasing a person: the key at once, then every store; nothing opens, nobody finds them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.accounts.services import user_create
from clinicity.audit.models import AuditEvent
from clinicity.common import clock, redis_keys
from clinicity.common.actors import SYSTEM, WORKER, Role
from clinicity.common.exceptions import Conflict, Invalid, NotFound, Refused
from clinicity.common.models import Job
from clinicity.knowledge import graph, vectors
from clinicity.privacy import keyring
from clinicity.privacy.models import SubjectKey
from clinicity.privacy.pseudonyms import pseudonym
from conftest import DrainJobs
from documents.services import document_upload
from documents.tests.samples import LETTER, pdf
from patients import selectors, services
from patients.models import Consent, DeletionReport, LegalHold, Patient, Removal
from patients.services import Asked, confirmation_of, forgetting, removal
from tests.access.world import World, made

pytestmark = pytest.mark.django_db
Api = Callable[[User | None], APIClient]
OVERRIDE = "The court of appeal ordered it."


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path
    vectors.passages().drop()
    return tmp_path


@pytest.fixture
def world(alice: User, drain_jobs: DrainJobs) -> World:
    """A record with one of everything, a second one merged into it, a letter, a sign-in."""
    world = made(alice)
    person = user_create(
        by=SYSTEM, email="ottilie@home.example", password="correct horse battery staple",
        display_name="Ottilie Zzyzxborough", role=Role.PATIENT,
    )  # fmt: skip
    with acting_as(alice.actor):
        Patient.objects.filter(id=world.patient.id).update(user=person)
    drain_jobs(failing=True)
    lines = ("Patient: Ottilie Zzyzxborough   DOB: 20/07/1985", *LETTER[1:])
    document_upload(
        by=alice.actor, patient_id=world.patient.id, title="Letter", filename="l.pdf",
        content=pdf(lines),
    )  # fmt: skip
    drain_jobs(failing=True)
    return world


def asked(patient_id: UUID, **changes: str) -> Asked:
    words = {
        "confirmation": confirmation_of(patient_id), "basis": "request", "reason": "A letter.",
        "override": OVERRIDE,
    }  # fmt: skip
    return Asked(**words | changes)


def erase(admin: User, patient_id: UUID, **changes: str) -> Removal:
    return services.patient_erase(
        by=admin.actor, patient_id=patient_id, asked=asked(patient_id, **changes)
    )


def rows_left(patient_id: UUID) -> dict[str, int]:
    """Every table that names the patient, but for those that are kept."""
    left = {}
    for app in (
        "patients",
        "biometrics",
        "documents",
        "twins",
        "alerts",
        "agents",
        "knowledge",
    ):
        left |= services.rows_count(
            by=WORKER, subject=patient_id, places=forgetting.tables(app)
        )
    return {table: count for table, count in left.items() if count}


def history_of(admin: User, subjects: list[UUID]) -> int:
    """How many entries of the field-level history speak of them."""
    with acting_as(admin.actor), connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM clinicity_field_history() h JOIN django_content_type c"
            " ON c.id = h.content_type_id, unnest(%s::text[]) AS person"
            " WHERE c.model <> ALL (%s)"
            " AND (h.object_pk = person OR h.changes::text LIKE '%%' || person || '%%')",
            [list(map(str, subjects)), ["removal", "removalstep", "deletionreport"]],
        )
        return int(cursor.fetchone()[0])


def test_nothing_of_a_person_is_left_but_the_tombstone(
    world: World, admin: User, alice: User, drain_jobs: DrainJobs, media: Path
) -> None:
    patient_id = world.patient.id
    redis_keys._client().set(f"clinicity:memory:{pseudonym(patient_id)}", "x", ex=600)
    assert len(rows_left(patient_id)) > 25
    assert history_of(admin, [patient_id])
    order = erase(admin, patient_id)
    assert len(order.subjects) == 2
    drain_jobs()
    for subject in order.subjects:
        assert rows_left(subject) == {}
        assert vectors.passages().ids(pseudonym(subject)) == set()
        assert graph.store().count(by=WORKER, patient_id=subject) == (0, 0)
        assert redis_keys.naming([str(subject), pseudonym(subject)]) == []
        assert not SubjectKey.objects.filter(subject_id=subject).exists()
    assert [path for path in media.rglob("*") if path.is_file()] == []
    with acting_as(admin.actor), connection.cursor() as cursor:
        cursor.execute(
            "SELECT first_name, date_of_birth, search_index, user_id FROM patients_patient"
            " WHERE id = %s",
            [patient_id],
        )
        assert cursor.fetchone() == ("", "", [], None)
        report = DeletionReport.objects.get(patient_id=patient_id)
    assert report.removed["patients.name"] == {"demographics": 2}
    assert report.removed["patients.account"] == {"accounts": 1}
    assert report.removed["biometrics.rows"]["biometrics_ingestbatch"] == 1
    assert report.removed["patients.redis"] == {"keys": 1}
    assert history_of(admin, order.subjects) == 0
    acts = set(AuditEvent.objects.filter(patient_id=patient_id).values_list("act", flat=True))
    assert {"patient.create", "patient.erase", "deletion.report"} <= acts


def test_from_the_order_on_nothing_opens_and_nobody_finds_it(
    world: World, admin: User, alice: User, api: Api, client_for: Callable[[User], Client]
) -> None:
    patient_id = world.patient.id
    with acting_as(alice.actor):
        before = Patient.objects.get(id=patient_id)
    erase(admin, patient_id)
    with pytest.raises(keyring.NoKey):
        _ = before.first_name
    for user in (alice, admin):
        with pytest.raises(NotFound):
            selectors.patient_get(user.actor, patient_id)
        answer = api(user).get(f"/api/v1/patients/{patient_id}/")
        assert answer.status_code == 404
        assert client_for(user).get(f"/patients/{patient_id}/access/").status_code == 404
        assert client_for(user).get(f"/patients/{patient_id}/deleted/").status_code == 404
        assert client_for(user).get("/alerts/").status_code in (200, 403)
        assert client_for(user).get("/").status_code in (200, 302)
        assert client_for(user).get("/patients/").status_code == 200
    with pytest.raises(NotFound):
        services.patient_restore(by=admin.actor, patient_id=patient_id)
    with pytest.raises(NotFound):
        erase(admin, patient_id)


def test_the_persons_own_sign_in_ends_and_says_nothing_of_them(
    world: World, admin: User, drain_jobs: DrainJobs
) -> None:
    erase(admin, world.patient.id)
    drain_jobs()
    account = User.objects.get(role="patient")
    assert not account.is_active
    assert account.display_name == ""
    assert account.email == f"{account.id}@erased.invalid"
    assert AuditEvent.objects.filter(act="account.erase", subject_id=account.id).exists()


def test_an_erasure_that_dies_after_every_step_ends_right(
    world: World, admin: User, drain_jobs: DrainJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    patient_id = world.patient.id
    real, died = removal._empty, set()

    def dies(by: Any, order: Any, part: str, place: Any) -> None:
        real(by, order, part, place)
        if (part, place.name) not in died:
            died.add((part, place.name))
            raise RuntimeError(place.name)

    monkeypatch.setattr(removal, "_empty", dies)
    order = erase(admin, patient_id)
    for _ in range(12):
        Job.objects.filter(state="queued").update(run_after=clock.now())
        drain_jobs(failing=True)
    assert len(died) == 15
    assert rows_left(patient_id) == {}
    with acting_as(WORKER, patient_id):
        report = DeletionReport.objects.get(removal=order)
    assert len(report.removed) == 15
    assert report.removed["documents.vectors"]["passages"]
    assert report.removed["patients.name"] == {"demographics": 2}


def test_a_removal_between_taking_and_noting_still_counts(
    world: World, admin: User, drain_jobs: DrainJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The worker dies when the store is empty and nobody has noted it."""
    real, died = removal._counted, set()

    def dies(by: Any, order: Any, place: Any) -> dict[str, int]:
        found = real(by, order, place)
        if not found and place.name not in died:
            died.add(place.name)
            raise RuntimeError(place.name)
        return found

    monkeypatch.setattr(removal, "_counted", dies)
    erase(admin, world.patient.id)
    for _ in range(10):
        Job.objects.filter(state="queued").update(run_after=clock.now())
        drain_jobs(failing=True)
    with acting_as(WORKER, world.patient.id):
        report = DeletionReport.objects.get()
    assert report.removed["biometrics.rows"]["biometrics_ingestbatch"] == 1
    assert report.removed["documents.vectors"]["passages"]


def test_a_hold_stops_an_erasure_until_it_is_lifted(world: World, admin: User) -> None:
    patient_id = world.patient.id
    hold = services.hold_place(by=admin.actor, patient_id=patient_id, reason="Claim 17.")
    with pytest.raises(Conflict) as refused:
        erase(admin, patient_id)
    assert refused.value.type == "legal-hold"
    with pytest.raises(Invalid):
        services.hold_lift(by=admin.actor, patient_id=patient_id, hold_id=hold.id, reason=" ")
    services.hold_lift(
        by=admin.actor, patient_id=patient_id, hold_id=hold.id, reason="Settled."
    )
    assert erase(admin, patient_id).is_erasure
    with acting_as(admin.actor):
        assert LegalHold.objects.get().lifted_by == admin.id


def test_the_time_of_keeping_is_overridden_with_a_reason_only(
    world: World, admin: User, settings: Any
) -> None:
    patient_id = world.patient.id
    with pytest.raises(Conflict) as refused:
        erase(admin, patient_id, override="")
    assert refused.value.type == "retention"
    with acting_as(admin.actor):
        assert Patient.objects.get(id=patient_id).erased_at is None
        assert SubjectKey.objects.filter(subject_id=patient_id).exists()
    assert erase(admin, patient_id).override == OVERRIDE


def test_a_record_whose_time_is_over_goes_without(
    world: World, admin: User, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.RECORD_RETENTION_YEARS = 0
    later = clock.now().replace(year=clock.now().year + 1)
    monkeypatch.setattr("patients.services.erasure.clock.now", lambda: later)
    order = erase(admin, world.patient.id, override="", basis="purpose_over")
    assert (order.kind, order.override) == ("retention", "")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"confirmation": "erase"}, "confirmation"), ({"basis": "whim"}, "basis"),
        ({"reason": " "}, "reason"),
    ],
)  # fmt: skip
def test_a_slip_erases_nobody(
    wrong: dict[str, str], field: str, world: World, admin: User
) -> None:
    with pytest.raises(Invalid) as refused:
        erase(admin, world.patient.id, **wrong)
    assert field in refused.value.extra["errors"]
    assert selectors.patient_get(admin.actor, world.patient.id).first_name == "Ottilie"


def test_only_admins_erase_and_hold(world: World, alice: User) -> None:
    with pytest.raises(Refused):
        erase(alice, world.patient.id)
    with pytest.raises(Refused):
        services.hold_place(by=alice.actor, patient_id=world.patient.id, reason="x")


def test_what_was_decided_is_kept_and_its_words_are_not(
    world: World, admin: User, alice: User, drain_jobs: DrainJobs
) -> None:
    services.consent_record(
        by=alice.actor, patient_id=world.patient.id, purpose="research", given=True,
        source="spoken", note="melancholia-77",
    )  # fmt: skip
    erase(admin, world.patient.id)
    drain_jobs()
    with acting_as(admin.actor):
        kept = Consent.objects.get(purpose="research", patient_id=world.patient.id)
    assert kept.given
    with pytest.raises(keyring.NoKey):
        _ = kept.note
