"""Whom to reach about a patient, and by which numbers others know them."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinicity.privacy.fields import EncryptedCharField, EncryptedTextField
from patients.models.people import BASE, PatientRecord


class Contact(PatientRecord):
    """A person or practice to reach (FHIR Patient.contact). Removed ones stay, marked."""

    class Relationship(models.TextChoices):
        SELF = "self", _("the patient")
        NEXT_OF_KIN = "next_of_kin", _("next of kin")
        EMERGENCY = "emergency", _("in an emergency")
        GENERAL_PRACTITIONER = "general_practitioner", _("general practitioner")
        OTHER = "other", _("other")

    relationship = models.CharField(max_length=24, choices=Relationship)
    name = EncryptedCharField(max_length=200)
    phone = EncryptedCharField(max_length=40, blank=True, default="")
    email = EncryptedCharField(max_length=254, blank=True, default="")
    address = EncryptedTextField(blank=True, default="")
    recorded_by = models.UUIDField()
    removed_at = models.DateTimeField(null=True)

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("name", "phone", "email", "address")
        plain: ClassVar = (*BASE, "relationship", "recorded_by", "removed_at")


class Identifier(PatientRecord):
    """A number by which a register knows the patient (FHIR Identifier).

    `system` is a URI of the register; the value is found through its blind index.
    """

    system = models.CharField(max_length=200)
    value = EncryptedCharField(max_length=60)
    index = models.CharField(max_length=64)
    recorded_by = models.UUIDField()
    removed_at = models.DateTimeField(null=True)

    class Meta(PatientRecord.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["patient", "system", "index"],
                name="identifier_once",
                condition=models.Q(removed_at__isnull=True),
            )
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("value",)
        plain: ClassVar = (*BASE, "system", "index", "recorded_by", "removed_at")


class Correction(PatientRecord):
    """That somebody says that the record is wrong, and what became of it (GDPR Art. 16).

    A refused one stays beside the item with the patient's own words.
    """

    class State(models.TextChoices):
        OPEN = "open", _("open")
        ACCEPTED = "accepted", _("accepted")
        REFUSED = "refused", _("refused")

    item_kind = models.CharField(max_length=40, blank=True, default="")
    item_id = models.UUIDField(null=True)
    statement = EncryptedTextField()
    state = models.CharField(max_length=10, choices=State, default=State.OPEN)
    answer = EncryptedTextField(blank=True, default="")
    asked_by = models.UUIDField()
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta(PatientRecord.Meta):
        indexes: ClassVar = [models.Index(fields=["patient", "-id"], name="correction_newest")]
        constraints: ClassVar = [
            *PatientRecord.Meta.constraints,
            models.CheckConstraint(
                name="correction_decided_whole",
                condition=models.Q(
                    state="open", decided_by__isnull=True, decided_at__isnull=True
                )
                | (
                    ~models.Q(state="open")
                    & models.Q(decided_by__isnull=False, decided_at__isnull=False)
                ),
            ),
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("statement", "answer")
        plain: ClassVar = (
            *BASE, "item_kind", "item_id", "state", "asked_by", "decided_by", "decided_at",
        )  # fmt: skip
