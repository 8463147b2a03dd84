"""The chart: conditions, allergies, medications, results."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinicity.privacy.fields import (
    EncryptedCharField,
    EncryptedDateField,
    EncryptedDecimalField,
)
from patients.models.people import BASE, ITEM, PatientItem, PatientRecord


class Condition(PatientItem):
    """A diagnosis, coded in ICD-10-CM."""

    code = EncryptedCharField(max_length=10)
    display = EncryptedCharField(max_length=200)
    onset_on = EncryptedDateField(null=True)
    recorded_by = models.UUIDField()

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("code", "display", "onset_on")
        plain: ClassVar = (*ITEM, "recorded_by")


class Allergy(PatientItem):
    substance = EncryptedCharField(max_length=200)
    reaction = EncryptedCharField(max_length=200, blank=True, default="")
    severity = EncryptedCharField(max_length=20, blank=True, default="")
    recorded_by = models.UUIDField()

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("substance", "reaction", "severity")
        plain: ClassVar = (*ITEM, "recorded_by")


class Medication(PatientItem):
    """One drug at one dose; a change of dose ends this row and starts the next."""

    name = EncryptedCharField(max_length=200)
    rxnorm = EncryptedCharField(max_length=20, blank=True, default="")
    dose = EncryptedDecimalField(max_digits=10, decimal_places=3)
    unit = EncryptedCharField(max_length=20)
    times_per_day = models.PositiveSmallIntegerField(default=1)
    started_on = models.DateField()
    ended_on = models.DateField(null=True)
    recorded_by = models.UUIDField()

    class Meta(PatientItem.Meta):
        indexes: ClassVar = [
            models.Index(fields=["patient", "started_on"], name="medication_by")
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("name", "rxnorm", "dose", "unit")
        plain: ClassVar = (
            *ITEM,
            "times_per_day",
            "started_on",
            "ended_on",
            "recorded_by",
        )


class MedicationDose(PatientRecord):
    """That a dose that was due was taken or missed."""

    class Status(models.TextChoices):
        TAKEN = "taken", _("taken")
        MISSED = "missed", _("missed")

    medication = models.ForeignKey(Medication, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=Status)
    recorded_by = models.UUIDField()

    class Meta(PatientRecord.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["medication", "due_at"], name="dose_due_once")
        ]
        indexes: ClassVar = [models.Index(fields=["patient", "due_at"], name="dose_by_patient")]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ()
        plain: ClassVar = (*BASE, "medication", "due_at", "status", "recorded_by")


class LabResult(PatientItem):
    """A laboratory value. `low` and `high` are the laboratory's reference range."""

    loinc = models.CharField(max_length=10)
    name = EncryptedCharField(max_length=200)
    value = EncryptedDecimalField(max_digits=14, decimal_places=5)
    unit = models.CharField(max_length=20)
    low = models.DecimalField(max_digits=14, decimal_places=5, null=True)
    high = models.DecimalField(max_digits=14, decimal_places=5, null=True)
    specimen_at = models.DateTimeField()
    recorded_by = models.UUIDField()

    class Meta(PatientItem.Meta):
        indexes: ClassVar = [
            models.Index(fields=["patient", "-specimen_at"], name="lab_newest")
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("name", "value")
        plain: ClassVar = (
            *ITEM,
            "loinc",
            "unit",
            "low",
            "high",
            "specimen_at",
            "recorded_by",
        )
