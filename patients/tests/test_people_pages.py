"""The pages of access, emergency and patients themselves."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.accounts.services import user_create
from clinicity.common.actors import SYSTEM, Role
from patients import selectors
from patients.models import Condition, Patient, Visibility
from patients.services import condition_add, medication_add, patient_create, proxy_add

pytestmark = pytest.mark.django_db
ClientFor = Callable[[User | None], Client]


def account(role: str) -> User:
    return user_create(
        by=SYSTEM, email=f"{role}@home.example", password="correct horse battery staple",
        display_name="Zoë at home", role=Role(role),
    )  # fmt: skip


@pytest.fixture
def zoe(alice: User, patient: Patient) -> User:
    """The patient with an account of her own."""
    user = account("patient")
    with acting_as(alice.actor):
        Patient.objects.filter(id=patient.id).update(user_id=user.id)
    return user


def test_one_page_says_who_may_and_who_did(
    client_for: ClientFor, alice: User, bob: User, charlie: User, patient: Patient
) -> None:
    url = reverse("patients:access", args=[patient.id])
    client_for(alice).get(url)  # one's own look is on record when its page has left
    text = client_for(alice).get(url).content.decode()
    wanted = ("Alice Archer", "Bob Baker", "opened the record", "treatment")
    assert all(words in text for words in wanted)
    assert client_for(charlie).get(url).status_code == 404
    ended = client_for(alice).post(
        reverse("patients:member_end", args=[patient.id, bob.id]), follow=True
    )
    assert "sees" in ended.content.decode() or ended.status_code == 200
    assert client_for(bob).get(url).status_code == 404


def test_the_last_who_treats_is_told_why_they_stay(
    client_for: ClientFor, alice: User, patient: Patient
) -> None:
    answer = client_for(alice).post(
        reverse("patients:member_end", args=[patient.id, alice.id]), follow=True
    )
    assert "hand over first" in answer.content.decode()


def test_adding_a_colleague_and_withdrawing_consent(
    client_for: ClientFor, alice: User, charlie: User, patient: Patient
) -> None:
    client = client_for(alice)
    added = client.post(
        reverse("patients:member_add", args=[patient.id]),
        {"user_id": str(charlie.id), "part": "covers"}, follow=True,
    )  # fmt: skip
    assert "Charlie Cole" in added.content.decode()
    assert (
        client_for(charlie).get(reverse("portal:patient", args=[patient.id])).status_code == 200
    )
    gone = client.post(
        reverse("patients:consent", args=[patient.id]),
        {"purpose": "monitoring", "given": "no", "source": "spoken"}, follow=True,
    )  # fmt: skip
    assert "No consent to monitoring" in gone.content.decode()


def test_emergency_page_opens_for_a_reason(
    client_for: ClientFor, charlie: User, auditor: User, patient: Patient
) -> None:
    client, url = client_for(charlie), reverse("patients:break_glass")
    body = {"name_or_number": "Zoë Tester", "date_of_birth": "1985-07-20"}
    short = client.post(url, {**body, "reason": "curious"})
    assert short.status_code == 422
    assert "at least 15 characters" in short.content.decode()
    opened = client.post(url, {**body, "reason": "Unconscious in the ward"}, follow=True)
    assert "Emergency access, ends" in opened.content.decode()
    reviews = client_for(auditor).get(reverse("patients:reviews")).content.decode()
    assert "Unconscious in the ward" in reviews
    assert "Zoë" not in reviews.replace("Zoë at home", "")
    assert client.get(reverse("patients:reviews")).status_code == 403


def test_a_patient_lands_on_their_own_page_and_sees_what_is_released(
    client_for: ClientFor, alice: User, patient: Patient, zoe: User
) -> None:
    for visibility, name in ((Visibility.RELEASED, "Low mood"), (Visibility.TEAM, "Suspicion")):
        row = condition_add(by=alice.actor, patient_id=patient.id, code="F32.1", display=name)
        with acting_as(alice.actor):
            Condition.objects.filter(id=row.id).update(visibility=visibility)
    medication_add(
        by=alice.actor, patient_id=patient.id, name="Lithium", dose=400, unit="mg",
        times_per_day=2, started_on=patient.created_at.date(),
    )  # fmt: skip
    page = client_for(zoe).get("/", follow=True)
    text = page.content.decode()
    assert page.redirect_chain[-1][0] == reverse("me:record", args=[patient.id])
    assert "Low mood" in text
    assert "Lithium" in text
    assert "Suspicion" not in text
    assert "in danger" in text


def test_staff_pages_are_closed_to_patients_and_theirs_to_staff(
    client_for: ClientFor, alice: User, patient: Patient, zoe: User
) -> None:
    for name in ("portal:patient", "patients:access", "biometrics:series"):
        assert client_for(zoe).get(reverse(name, args=[patient.id])).status_code == 403
    for name in ("record", "looks", "consents", "corrections"):
        url = reverse(f"me:{name}", args=[patient.id])
        assert client_for(zoe).get(url).status_code == 200
        assert client_for(alice).get(url).status_code == 404


def test_a_patient_decides_and_corrects(
    client_for: ClientFor, alice: User, patient: Patient, zoe: User
) -> None:
    client = client_for(zoe)
    client.post(
        reverse("me:decide", args=[patient.id]), {"purpose": "research", "given": "yes"}
    )
    asked = client.post(
        reverse("me:correct", args=[patient.id]), {"statement": "I never smoked."}, follow=True
    )
    assert "I never smoked." in asked.content.decode()
    staff = (
        client_for(alice).get(reverse("patients:access", args=[patient.id])).content.decode()
    )
    assert "I never smoked." in staff
    assert "own page" in staff
    looks = client.get(reverse("me:looks", args=[patient.id])).content.decode()
    assert "Alice Archer" in looks


def test_a_proxy_without_the_part_reads_and_doesnt_decide(
    client_for: ClientFor, alice: User, patient: Patient
) -> None:
    proxy = account("proxy")
    client, url = client_for(proxy), reverse("me:record", args=[patient.id])
    assert client.get(url).status_code == 404
    proxy_add(
        by=alice.actor, patient_id=patient.id, user_id=proxy.id, basis="consent", parts=["read"]
    )
    assert client.get(url).status_code == 200
    said = client.post(
        reverse("me:decide", args=[patient.id]), {"purpose": "research", "given": "yes"},
        follow=True,
    )  # fmt: skip
    assert "act for this patient" in said.content.decode()


def test_an_emergency_wants_a_fresh_proof_of_who_one_is(
    client_for: ClientFor, charlie: User, patient: Patient
) -> None:
    client = client_for(charlie)
    session = client.session
    session["auth_time"] = 0
    session.save()
    answer = client.get(reverse("patients:break_glass"))
    assert answer.status_code == 302
    assert "step-up" in answer["Location"]


def test_a_second_record_is_warned_of_before_it_is_made(
    client_for: ClientFor, alice: User, charlie: User, patient: Patient
) -> None:
    body = {
        "first_name": "zoe", "last_name": "TESTER", "date_of_birth": "1985-07-20",
        "sex": "unknown", "time_zone": "Europe/London",
    }  # fmt: skip
    url = reverse("patients:create")
    warned = client_for(alice).post(url, body)
    assert warned.status_code == 409
    text = warned.content.decode()
    assert "here already" in text
    assert reverse("portal:patient", args=[patient.id]) in text
    # A stranger learns that there is one, and nothing of it.
    strange = client_for(charlie).post(url, body).content.decode()
    assert "Ask the office" in strange
    assert "Zoë Tester" not in strange
    made = client_for(alice).post(url, {**body, "another": "yes"}, follow=True)
    assert "The patient was added" in made.content.decode()


def test_two_records_are_found_read_as_one_and_taken_apart(
    client_for: ClientFor, alice: User, patient: Patient
) -> None:
    other = patient_create(
        by=alice.actor, first_name="Zoe", last_name="Tester", record_number="ZT-2",
        date_of_birth=patient.date_of_birth,
    )  # fmt: skip
    client = client_for(alice)
    search = reverse("patients:merge_candidates", args=[patient.id])
    assert "ZT-2" in client.get(search).content.decode()
    assert "ZT-2" in client.get(search, {"search": "ZT-2"}).content.decode()
    assert "No other record of yours" in client.get(search, {"search": "XX"}).content.decode()
    url = reverse("patients:merge", args=[patient.id, other.id])
    assert "ZT-2" in client.post(url, follow=True).content.decode()
    again = client.post(url, follow=True).content.decode()
    assert "merged into another record already" in again
    alias = selectors.aliases(alice.actor, patient.id)[0]
    undo = reverse("patients:merge_undo", args=[patient.id, alias.id])
    assert "apart again" in client.post(undo, follow=True).content.decode()
    assert selectors.aliases(alice.actor, patient.id) == []


def test_somebody_is_let_act_for_the_patient(
    client_for: ClientFor, alice: User, patient: Patient
) -> None:
    client, url = client_for(alice), reverse("patients:proxy_add", args=[patient.id])
    body = {"email": "proxy@home.example", "basis": "consent", "parts": ["read", "decide"]}
    unknown = client.post(url, body)
    assert unknown.status_code == 422
    assert "no active account" in unknown.content.decode()
    user = account("proxy")
    assert "Zoë at home" in client.post(url, body, follow=True).content.decode()
    page = client_for(user).get(reverse("me:record", args=[patient.id]))
    assert page.status_code == 200
    parent = client.post(url, {**body, "basis": "parent"})
    assert "of age by then" in parent.content.decode()


def test_a_patient_taken_off_the_list_is_put_back(
    client_for: ClientFor, alice: User, charlie: User, patient: Patient
) -> None:
    client = client_for(alice)
    gone = client.post(reverse("patients:delete", args=[patient.id]), follow=True)
    assert "Put the patient back" in gone.content.decode()
    deleted = reverse("patients:deleted", args=[patient.id])
    assert client_for(charlie).get(deleted).status_code == 404
    restore = reverse("patients:restore", args=[patient.id])
    assert "back on the list" in client.post(restore, follow=True).content.decode()


def test_an_account_that_cant_be_linked_is_said_beside_its_field(
    client_for: ClientFor, alice: User, patient: Patient
) -> None:
    client, url = client_for(alice), reverse("patients:account_link", args=[patient.id])
    for email, words in (("nobody", "valid email"), (alice.email, "role is patient")):
        answer = client.post(url, {"email": email})
        assert answer.status_code == 422
        assert words in answer.content.decode()
    account("patient")
    linked = client.post(url, {"email": "patient@home.example"}, follow=True)
    assert "Zoë at home" in linked.content.decode()
