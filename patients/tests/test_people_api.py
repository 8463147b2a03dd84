"""Teams, proxies, emergency access, consent, corrections, merges over the API, by the cast."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from rest_framework.test import APIClient

from clinicity.accounts.models import User
from clinicity.accounts.services import user_create
from clinicity.audit.models import AuditEvent
from clinicity.common import clock
from clinicity.common.actors import SYSTEM, Role
from clinicity.common.ids import new_id
from patients.models import Patient
from patients.services import condition_add, patient_create

pytestmark = pytest.mark.django_db
Api = Callable[[User | None], APIClient]


def url(patient: Patient, rest: str = "") -> str:
    return f"/api/v1/patients/{patient.id}/{rest}"


def made(role: str) -> User:
    return user_create(
        by=SYSTEM, email=f"{new_id()}@clinic.example", password="correct horse battery staple",
        display_name="Somebody", role=Role(role),
    )  # fmt: skip


def acts(*names: str) -> int:
    return AuditEvent.objects.filter(act__in=names, outcome="ok").count()


OF_PATIENT = (
    "care-team/", "proxies/", "consents/", "corrections/", "access-log/", "contacts/",
    "identifiers/", "merges/",
)  # fmt: skip


@pytest.mark.parametrize("rest", OF_PATIENT)
def test_lists_are_for_who_sees_the_patient(
    rest: str, api: Api, alice: User, charlie: User, patient: Patient
) -> None:
    assert api(alice).get(url(patient, rest)).status_code == 200
    assert api(charlie).get(url(patient, rest)).status_code == 404
    assert api(None).get(url(patient, rest)).status_code == 401


@pytest.mark.parametrize("rest", [r for r in OF_PATIENT if r != "access-log/"])
def test_an_empty_body_is_refused_with_the_fields(
    rest: str, api: Api, alice: User, patient: Patient
) -> None:
    answer = api(alice).post(url(patient, rest), {}, format="json")
    assert answer.status_code == 400
    assert answer.json()["errors"]


class TestTeam:
    def test_who_is_added_sees_and_who_is_ended_doesnt(
        self, api: Api, alice: User, charlie: User, patient: Patient
    ) -> None:
        body = {"user_id": str(charlie.id), "part": "covers"}
        team = api(alice).post(url(patient, "care-team/"), body, format="json")
        assert team.status_code == 201
        assert [each["part"] for each in team.json()["items"]] == ["treats", "covers"]
        assert api(charlie).get(url(patient)).status_code == 200
        again = api(alice).post(url(patient, "care-team/"), body, format="json")
        assert again.status_code == 409
        ended = api(alice).post(url(patient, "care-team/end/"), body, format="json")
        assert ended.status_code == 204
        assert api(charlie).get(url(patient)).status_code == 404
        assert acts("care_team.add", "care_team.end") == 2

    def test_a_membership_to_come_opens_nothing_yet(
        self, api: Api, alice: User, charlie: User, patient: Patient
    ) -> None:
        later = (clock.now() + timedelta(days=1)).isoformat()
        body = {"user_id": str(charlie.id), "part": "covers", "starts_at": later}
        assert (
            api(alice).post(url(patient, "care-team/"), body, format="json").status_code == 201
        )
        assert api(charlie).get(url(patient)).status_code == 404
        assert (
            api(alice).post(url(patient, "care-team/end/"), body, format="json").status_code
            == 204
        )

    def test_who_treats_alone_stays(self, api: Api, alice: User, patient: Patient) -> None:
        answer = api(alice).post(
            url(patient, "care-team/end/"), {"user_id": str(alice.id)}, format="json"
        )
        assert answer.status_code == 409
        assert api(alice).get(url(patient)).status_code == 200

    @pytest.mark.parametrize("role", ["researcher", "auditor", "patient", "proxy", "admin"])
    def test_only_those_who_treat_are_members(
        self, role: str, api: Api, alice: User, patient: Patient
    ) -> None:
        body = {"user_id": str(made(role).id)}
        answer = api(alice).post(url(patient, "care-team/"), body, format="json")
        assert answer.status_code == 400
        assert "user_id" in answer.json()["errors"]

    def test_hand_over_is_all_or_none(
        self, api: Api, alice: User, charlie: User, patient: Patient
    ) -> None:
        other = patient_create(
            by=charlie.actor, first_name="Not", last_name="Hers",
            date_of_birth=date(1970, 1, 1),
        )  # fmt: skip
        body = {"from_id": str(alice.id), "to_id": str(charlie.id)}
        both = {**body, "patient_ids": [str(patient.id), str(other.id)]}
        assert (
            api(alice).post("/api/v1/patients/hand-over/", both, format="json").status_code
            == 404
        )
        assert api(alice).get(url(patient)).status_code == 200
        one = {**body, "patient_ids": [str(patient.id)]}
        answer = api(alice).post("/api/v1/patients/hand-over/", one, format="json")
        assert (answer.status_code, answer.json()) == (200, {"patients": 1})
        assert api(alice).get(url(patient)).status_code == 404
        assert api(charlie).get(url(patient)).status_code == 200

    def test_a_colleague_covers_for_everyone_between_two_moments(
        self, api: Api, alice: User, charlie: User, patient: Patient
    ) -> None:
        now = clock.now()
        body = {
            "colleague_id": str(charlie.id), "starts_at": now.isoformat(),
            "ends_at": (now + timedelta(days=2)).isoformat(),
        }  # fmt: skip
        for count in (1, 0):
            answer = api(alice).post("/api/v1/patients/cover/", body, format="json")
            assert (answer.status_code, answer.json()) == (200, {"patients": count})
        assert api(charlie).get(url(patient)).status_code == 200


class TestBreakGlass:
    BODY = {
        "name_or_number": "Zoë Tester", "date_of_birth": "1985-07-20",
        "reason": "Found unconscious, on call tonight",
    }  # fmt: skip
    PATH = "/api/v1/patients/break-glass/"

    def test_opens_for_a_while_and_is_reviewed(
        self, api: Api, charlie: User, auditor: User, patient: Patient, time_machine: Any
    ) -> None:
        opened = api(charlie).post(self.PATH, self.BODY, format="json")
        assert opened.status_code == 201, opened.content
        assert api(charlie).get(url(patient)).status_code == 200
        waiting = api(auditor).get(self.PATH).json()["items"]
        assert [row["reason"] for row in waiting] == [self.BODY["reason"]]
        review = f"{self.PATH}{opened.json()['id']}/review/"
        verdict = {"outcome": "justified", "note": "On the rota that night."}
        assert api(charlie).post(review, verdict, format="json").status_code == 403
        assert api(auditor).post(review, verdict, format="json").status_code == 200
        assert api(auditor).post(review, verdict, format="json").status_code == 409
        assert api(auditor).get(self.PATH).json()["items"] == []
        time_machine.move_to(clock.now() + timedelta(minutes=61))
        assert acts("break_glass.open", "break_glass.review", "break_glass.search") == 3

    def test_ends_early_and_by_itself(self, api: Api, charlie: User, patient: Patient) -> None:
        opened = api(charlie).post(self.PATH, self.BODY, format="json").json()
        assert (
            api(charlie).post(f"{self.PATH}{opened['id']}/end/", format="json").status_code
            == 200
        )
        assert api(charlie).get(url(patient)).status_code == 404

    @pytest.mark.parametrize(
        ("changes", "status"),
        [
            ({"reason": "  short         "}, 400),
            ({"date_of_birth": "1985-07-21"}, 404),
            ({"name_or_number": "Zoë"}, 201),
            ({"name_or_number": "Nobody Here"}, 404),
        ],
    )
    def test_wants_a_reason_and_the_right_person(
        self, changes: dict[str, str], status: int, api: Api, charlie: User, patient: Patient
    ) -> None:
        answer = api(charlie).post(self.PATH, {**self.BODY, **changes}, format="json")
        assert answer.status_code == status

    @pytest.mark.parametrize("role", ["admin", "auditor", "researcher", "patient", "proxy"])
    def test_is_for_those_who_treat(self, role: str, api: Api, patient: Patient) -> None:
        assert api(made(role)).post(self.PATH, self.BODY, format="json").status_code == 403

    def test_one_doesnt_break_ones_own_glass(
        self, api: Api, alice: User, patient: Patient
    ) -> None:
        assert api(alice).post(self.PATH, self.BODY, format="json").status_code == 409


class TestProxies:
    def body(self, **changes: Any) -> dict[str, Any]:
        return {
            "user_id": str(made("proxy").id),
            "basis": "consent",
            "parts": ["read"],
            **changes,
        }

    def test_sees_what_is_released_and_no_more(
        self, api: Api, alice: User, patient: Patient
    ) -> None:
        body = self.body()
        proxy = User.objects.get(id=body["user_id"])
        assert api(proxy).get(url(patient)).status_code == 404
        added = api(alice).post(url(patient, "proxies/"), body, format="json")
        assert added.status_code == 201
        assert api(proxy).get(url(patient)).status_code == 200
        consent = {"purpose": "research", "given": True, "source": "online"}
        assert (
            api(proxy).post(url(patient, "consents/"), consent, format="json").status_code
            == 403
        )
        end = url(patient, f"proxies/{added.json()['id']}/end/")
        assert api(alice).post(end, format="json").status_code == 200
        assert api(proxy).get(url(patient)).status_code == 404

    def test_a_parents_part_ends_when_the_child_comes_of_age(
        self, api: Api, alice: User
    ) -> None:
        today = clock.now().date()
        child = patient_create(
            by=alice.actor, first_name="Kid", last_name="Young",
            date_of_birth=date(today.year - 17, 1, 31), time_zone="UTC",
        )  # fmt: skip
        added = api(alice).post(
            url(child, "proxies/"), self.body(basis="parent"), format="json"
        )
        assert added.json()["ends_at"] == f"{today.year + 1}-01-31T00:00:00Z"

    def test_an_adult_has_no_parent_as_proxy(
        self, api: Api, alice: User, patient: Patient
    ) -> None:
        answer = api(alice).post(
            url(patient, "proxies/"), self.body(basis="parent"), format="json"
        )
        assert answer.status_code == 400
        assert "of age" in answer.json()["errors"]["ends_at"][0]


def test_consents_over_the_api(api: Api, alice: User, patient: Patient) -> None:
    body = {"purpose": "research", "given": True, "source": "paper"}
    answer = api(alice).post(url(patient, "consents/"), body, format="json")
    assert answer.status_code == 201
    assert answer.json()["given"] == ["care", "monitoring", "research"]


def test_a_correction_is_asked_for_and_answered_once(
    api: Api, alice: User, patient: Patient
) -> None:
    asked = api(alice).post(
        url(patient, "corrections/"), {"statement": "I never smoked."}, format="json"
    )
    path = url(patient, f"corrections/{asked.json()['id']}/")
    verdict = {"state": "refused", "answer": "The letter says otherwise; your words stay here."}
    assert api(alice).post(path, {"state": "refused"}, format="json").status_code == 400
    assert api(alice).post(path, verdict, format="json").json()["state"] == "refused"
    assert api(alice).post(path, verdict, format="json").status_code == 409
    kept = api(alice).get(url(patient, "corrections/")).json()["items"][0]
    assert kept["statement"] == "I never smoked."


def test_contacts_and_identifiers_come_and_go(api: Api, alice: User, patient: Patient) -> None:
    contact = {"relationship": "emergency", "name": "Max Tester", "phone": "+44 20 7946 0000"}
    number = {"system": "https://fhir.nhs.uk/Id/nhs-number", "value": "943 476 5919"}
    for rest, body in (("contacts/", contact), ("identifiers/", number)):
        added = api(alice).post(url(patient, rest), body, format="json")
        assert added.status_code == 201
        assert len(api(alice).get(url(patient, rest)).json()["items"]) == 1
        gone = url(patient, f"{rest}{added.json()['id']}/")
        assert api(alice).delete(gone).status_code == 204
        assert api(alice).delete(gone).status_code == 404
        assert api(alice).get(url(patient, rest)).json()["items"] == []


def test_a_merged_record_leads_on_and_comes_back(
    api: Api, alice: User, bob: User, patient: Patient
) -> None:
    other = patient_create(
        by=alice.actor, first_name="Zoe", last_name="Tester", date_of_birth=date(1985, 7, 20)
    )
    condition_add(by=alice.actor, patient_id=other.id, code="F41.1", display="Anxiety")
    body = {"merged_id": str(other.id)}
    merged = api(alice).post(url(patient, "merges/"), body, format="json")
    assert merged.status_code == 201
    assert api(alice).post(url(patient, "merges/"), body, format="json").status_code == 409
    assert api(alice).get(url(other)).json()["id"] == str(patient.id)
    # Bob is on the first record's team alone, and sees both now.
    assert api(bob).get(url(other)).json()["id"] == str(patient.id)
    undo = url(patient, f"merges/{merged.json()['id']}/undo/")
    assert api(alice).post(undo, format="json").status_code == 200
    assert api(alice).get(url(other)).json()["id"] == str(other.id)
    assert api(bob).get(url(other)).status_code == 404


def test_an_item_is_shown_to_more_or_fewer(
    api: Api, alice: User, bob: User, patient: Patient
) -> None:
    row = condition_add(by=alice.actor, patient_id=patient.id, code="F32.1", display="Low mood")
    body = {"kind": "condition", "item_id": str(row.id), "visibility": "restricted"}
    path = url(patient, "visibility/")
    assert api(bob).post(path, body, format="json").status_code == 403  # he covers
    answer = api(alice).post(path, body, format="json")
    assert answer.json() == {"before": "released", "after": "restricted"}
    assert api(bob).post(path, body, format="json").status_code == 404  # and sees it no more


def test_the_access_log_names_who_looked(
    api: Api, alice: User, bob: User, patient: Patient, client: Client
) -> None:
    api(bob).get(url(patient))
    log = api(alice).get(url(patient, "access-log/")).json()["items"]
    assert {line["name"] for line in log} == {"Alice Archer", "Bob Baker"}
    assert not any(line["emergency"] for line in log)


def test_registering_says_how_many_records_may_be_the_same_person(
    api: Api, alice: User, charlie: User, auditor: User, patient: Patient
) -> None:
    body = {"first_name": "Zoe", "last_name": "Tester", "date_of_birth": "1985-07-20"}
    url = "/api/v1/patients/duplicates/"
    seen = api(alice).get(url, body).json()
    assert (seen["count"], [one["id"] for one in seen["seen"]]) == (1, [str(patient.id)])
    assert api(charlie).get(url, body).json() == {"count": 1, "seen": []}
    assert api(auditor).get(url, body).status_code == 403
    assert api(None).get(url, body).status_code == 401
    assert api(alice).get(url, {"first_name": "Zoe"}).status_code == 400
    made = api(charlie).post("/api/v1/patients/", body, format="json").json()
    assert made["possible_duplicates"] == 1
    other = api(charlie).post("/api/v1/patients/", {**body, "first_name": "Ann"}, format="json")
    assert other.json()["possible_duplicates"] == 0


def test_a_patient_reads_their_record_by_an_account_of_their_own(
    api: Api, alice: User, charlie: User, patient: Patient
) -> None:
    account = user_create(
        by=SYSTEM, email="zoe@home.example", password="correct horse battery staple",
        display_name="Zoë at home",
        role=Role.PATIENT,
    )  # fmt: skip
    path, body = url(patient, "account/"), {"email": "zoe@home.example"}
    assert api(account).get(url(patient)).status_code == 404
    assert api(charlie).put(path, body, format="json").status_code == 404
    assert api(alice).put(path, {"email": "x"}, format="json").status_code == 400
    wrong = api(alice).put(path, {"email": charlie.email}, format="json")
    assert wrong.json()["errors"] == {"email": ["Give an account whose role is patient."]}
    for _ in range(2):
        linked = api(alice).put(path, body, format="json")
        assert linked.json() == {"user_id": str(account.id)}
    assert api(account).get(url(patient)).status_code == 200
    other = patient_create(
        by=charlie.actor, first_name="Ann", last_name="Other", date_of_birth=date(1990, 1, 1)
    )
    taken = api(charlie).put(url(other, "account/"), body, format="json")
    assert taken.status_code == 409
    assert api(alice).delete(path).status_code == 204
    assert api(account).get(url(patient)).status_code == 404
