"""Patients in the admin: every act through the services, every read on record."""

from collections.abc import Callable

import pytest
from django.test import Client

from clinicity.accounts.models import User
from clinicity.audit.models import AuditEvent
from patients import selectors, services
from patients.models import Patient

pytestmark = pytest.mark.django_db
ClientFor = Callable[..., Client]
LIST = "/admin/patients/patient/"
NIA = {
    "first_name": "Nia", "last_name": "Quill", "preferred_name": "", "sex": "female",
    "date_of_birth": "1970-01-02", "record_number": "", "time_zone": "Europe/London",
}  # fmt: skip


def test_list_names_nobody_and_finds_by_whole_name(
    client_for: ClientFor, admin: User, patient: Patient
) -> None:
    client = client_for(admin)
    for query, there in (({}, True), ({"q": "zoe tester"}, True), ({"q": "zo"}, False)):
        text = client.get(LIST, query).content.decode()
        assert (str(patient) in text) is there
        assert "Zoë" not in text


def test_admin_adds_a_patient_without_joining_the_team(
    client_for: ClientFor, admin: User
) -> None:
    answer = client_for(admin).post(f"{LIST}add/", NIA)
    assert answer.status_code == 302
    (found,) = selectors.patients_page(admin.actor, search="Nia Quill").items
    assert found.simulated
    assert selectors.care_team(admin.actor, found.id) == []
    assert AuditEvent.objects.get(act="patient.create").actor_id == admin.id


def test_page_is_a_read_and_saving_an_edit(
    client_for: ClientFor, admin: User, patient: Patient
) -> None:
    client, path = client_for(admin), f"{LIST}{patient.id}/change/"
    assert "Zoë" in client.get(path).content.decode()
    assert AuditEvent.objects.filter(act="patient.read", actor_id=admin.id).exists()
    assert client.post(path, NIA).status_code == 302
    assert selectors.patient_get(admin.actor, patient.id).full_name == "Nia Quill"
    edited = AuditEvent.objects.get(act="patient.edit")
    assert "first_name" in edited.details["fields"]


def test_implausible_input_is_told_beside_its_field(client_for: ClientFor, admin: User) -> None:
    text = client_for(admin).post(f"{LIST}add/", NIA | {"date_of_birth": "2999-01-01"})
    assert "until today" in text.content.decode()
    assert selectors.patient_ids(admin.actor) == []


def test_taking_off_and_putting_back(
    client_for: ClientFor, admin: User, patient: Patient
) -> None:
    client = client_for(admin)
    for action, count in (("take_off_the_list", 0), ("put_back", 1)):
        client.post(LIST, {"action": action, "_selected_action": [str(patient.id)]})
        assert len(selectors.patient_ids(admin.actor)) == count
    acts = set(AuditEvent.objects.values_list("act", flat=True))
    assert {"patient.delete", "patient.restore"} <= acts


def test_nothing_is_destroyed_from_the_admin(
    client_for: ClientFor, admin: User, patient: Patient
) -> None:
    assert (
        client_for(admin).post(f"{LIST}{patient.id}/delete/", {"post": "yes"}).status_code
        == 403
    )
    assert selectors.patient_ids(admin.actor) == [patient.id]


def test_only_admins_get_in(client_for: ClientFor, alice: User, patient: Patient) -> None:
    assert client_for(alice).get(LIST).status_code == 302


@pytest.mark.parametrize("name", ["condition", "medication", "labresult", "safetyplan"])
def test_the_chart_is_listed_by_pseudonym_and_says_nothing(
    client_for: ClientFor, admin: User, alice: User, patient: Patient, name: str
) -> None:
    services.condition_add(by=alice.actor, patient_id=patient.id, code="F32.1")
    services.safety_plan_save(
        by=alice.actor, patient_id=patient.id, steps={"coping": [{"text": "Walk"}]}
    )
    client = client_for(admin)
    answer = client.get(f"/admin/patients/{name}/")
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "F32.1" not in text
    assert "Walk" not in text
    assert (str(patient) in text) is (name in ("condition", "safetyplan"))
    assert client.get(f"/admin/patients/{name}/add/").status_code == 403
