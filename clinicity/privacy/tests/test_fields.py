"""Protected fields. Each of these fails with the package as published."""

import base64
import datetime as dt

import pytest
from django.core.exceptions import FieldError
from django.db import connection
from django.forms import modelform_factory

from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.privacy import keyring
from clinicity.privacy.fields import Unsealed
from patients import services
from patients.models import Patient

pytestmark = pytest.mark.django_db


def stored(patient: Patient, column: str) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {column} FROM patients_patient WHERE id = %s",
            [patient.id],
        )
        return str(cursor.fetchone()[0])


def store(patient: Patient, column: str, value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            f"UPDATE patients_patient SET {column} = %s WHERE id = %s",
            [value, patient.id],
        )


def test_column_holds_nothing_readable(alice: User, patient: Patient) -> None:
    with acting_as(alice.actor):
        text = stored(patient, "first_name")
    assert patient.first_name not in text
    assert patient.first_name.encode() not in base64.b64decode(text)


def test_value_comes_back_with_its_type(alice: User, patient: Patient) -> None:
    with acting_as(alice.actor):
        found = Patient.objects.get(id=patient.id)
    assert (found.first_name, found.date_of_birth) == (patient.first_name, dt.date(1985, 7, 20))


def test_altered_ciphertext_raises(alice: User, patient: Patient) -> None:
    with acting_as(alice.actor):
        blob = bytearray(base64.b64decode(stored(patient, "first_name")))
        blob[-1] ^= 1
        store(patient, "first_name", base64.b64encode(blob).decode())
        found = Patient.objects.get(id=patient.id)
        with pytest.raises(keyring.Unreadable):
            _ = found.first_name


def test_plain_text_in_the_column_raises(alice: User, patient: Patient) -> None:
    with acting_as(alice.actor):
        store(patient, "first_name", "Mallory")
        with pytest.raises(keyring.Unreadable):
            _ = Patient.objects.get(id=patient.id).first_name


def test_value_from_another_column_raises(alice: User, patient: Patient) -> None:
    with acting_as(alice.actor):
        store(patient, "first_name", stored(patient, "last_name"))
        with pytest.raises(keyring.Unreadable):
            _ = Patient.objects.get(id=patient.id).first_name


def test_value_from_another_patient_raises(alice: User, patient: Patient) -> None:
    other = services.patient_create(
        by=alice.actor,
        first_name="Other",
        last_name="Person",
        date_of_birth=dt.date(1990, 1, 1),
    )
    with acting_as(alice.actor):
        store(patient, "first_name", stored(other, "first_name"))
        with pytest.raises(keyring.Unreadable):
            _ = Patient.objects.get(id=patient.id).first_name


def test_bulk_update_and_update_refuse_and_keep_the_data(alice: User, patient: Patient) -> None:
    with acting_as(alice.actor):
        found = Patient.objects.get(id=patient.id)
        found.first_name = "Changed"
    with pytest.raises(Unsealed), acting_as(alice.actor):
        Patient.objects.bulk_update([found], ["first_name"])
    with pytest.raises(Unsealed), acting_as(alice.actor):
        Patient.objects.filter(id=patient.id).update(first_name="Changed")
    with acting_as(alice.actor):
        assert Patient.objects.get(id=patient.id).first_name == patient.first_name


def test_bulk_create_seals(alice: User, patient: Patient) -> None:
    found = services.condition_add(
        by=alice.actor, patient_id=patient.id, code="F31.9", display="Bipolar disorder"
    )
    with acting_as(alice.actor):
        type(found).objects.filter(id=found.id).delete()
        type(found).objects.bulk_create([found])
        assert type(found).objects.get(id=found.id).display == "Bipolar disorder"


def test_values_of_a_protected_field_raises(alice: User, patient: Patient) -> None:
    with acting_as(alice.actor):
        for names in ((), ("first_name",), ("user__display_name",)):
            with pytest.raises(FieldError):
                list(Patient.objects.values(*names))
        assert list(Patient.objects.values_list("id", flat=True)) == [patient.id]


def test_lookup_on_a_protected_field_raises(alice: User) -> None:
    with acting_as(alice.actor), pytest.raises(FieldError):
        Patient.objects.filter(first_name="Alice").exists()


def test_a_form_never_decrypts_what_it_is_sent(alice: User, patient: Patient) -> None:
    with acting_as(alice.actor):
        ciphertext = stored(patient, "first_name")
        form = modelform_factory(Patient, fields=["first_name"])({"first_name": ciphertext})
        form.is_valid()
    assert form.cleaned_data["first_name"] == ciphertext[:100] or "first_name" in form.errors
    assert patient.first_name not in str(form)


def test_destroyed_key_makes_the_patient_unreadable(alice: User, patient: Patient) -> None:
    keyring.subject_key_destroy(patient.id)
    with acting_as(alice.actor), pytest.raises(keyring.NoKey):
        _ = Patient.objects.get(id=patient.id).first_name
