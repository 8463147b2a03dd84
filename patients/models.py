"""People under care and their chart. Every row is sealed under its patient's key."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from clinicity.privacy.fields import (
    EncryptedCharField,
    EncryptedDateField,
    EncryptedDecimalField,
    EncryptedJSONField,
    EncryptedTextField,
)
from clinicity.privacy.sealed import SealedModel

BASE = ("id", "created_at", "patient")


class Patient(SealedModel):
    """A person under care. Called by their pseudonym wherever a name may not go."""

    class Sex(models.TextChoices):
        """FHIR administrative gender."""

        FEMALE = "female", _("female")
        MALE = "male", _("male")
        OTHER = "other", _("other")
        UNKNOWN = "unknown", _("unknown")

    first_name = EncryptedCharField(max_length=100)
    last_name = EncryptedCharField(max_length=100)
    preferred_name = EncryptedCharField(max_length=100, blank=True, default="")
    date_of_birth = EncryptedDateField()
    sex = EncryptedCharField(max_length=10, default=Sex.UNKNOWN)
    record_number = EncryptedCharField(max_length=40, blank=True, default="")
    # Blind indexes of each name part, of the whole name and of the record number.
    search_index = ArrayField(models.CharField(max_length=64), default=list)
    time_zone = models.CharField(max_length=40, default="Europe/London")
    simulated = models.BooleanField(default=False)
    user = models.OneToOneField(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+"
    )
    version = models.PositiveIntegerField(default=1)
    deleted_at = models.DateTimeField(null=True)
    deleted_by = models.UUIDField(null=True)

    class Meta:
        indexes: ClassVar = [GinIndex(fields=["search_index"], name="patient_search")]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="patient_deleted_by_someone",
                condition=models.Q(deleted_at__isnull=True, deleted_by__isnull=True)
                | models.Q(deleted_at__isnull=False, deleted_by__isnull=False),
            )
        ]

    class Privacy:
        subject: ClassVar = "id"
        protected: ClassVar = (
            "first_name", "last_name", "preferred_name", "date_of_birth", "sex", "record_number",
        )  # fmt: skip
        plain: ClassVar = (
            "id", "created_at", "search_index", "time_zone", "simulated", "user", "version",
            "deleted_at", "deleted_by",
        )  # fmt: skip

    def __str__(self) -> str:
        return f"patient {str(self.pk)[-6:]}"

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


class PatientRecord(SealedModel):
    """A row that belongs to one patient and is sealed under that patient's key."""

    patient = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")

    class Meta:
        abstract = True
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["patient", "id"], name="%(class)s_by_patient")
        ]

    class Privacy:
        subject: ClassVar = "patient_id"


class ZoneChange(PatientRecord):
    """From when on a patient lived by another time zone than before.

    `Patient.time_zone` is the newest; before the first change it was `before`.
    """

    since = models.DateTimeField()
    zone = models.CharField(max_length=40)
    before = models.CharField(max_length=40)
    made_by = models.UUIDField()

    class Meta(PatientRecord.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["patient", "since"], name="zone_since_once")
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ()
        plain: ClassVar = (*BASE, "since", "zone", "before", "made_by")


class CareTeamMember(PatientRecord):
    """That a user treats or covers a patient, from a moment until another."""

    class Part(models.TextChoices):
        TREATS = "treats", _("treats")
        COVERS = "covers", _("covers")
        COORDINATES = "coordinates", _("coordinates")

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    part = models.CharField(max_length=20, choices=Part, default=Part.TREATS)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    class Meta(PatientRecord.Meta):
        indexes: ClassVar = [models.Index(fields=["user", "patient"], name="team_by_user")]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ()
        plain: ClassVar = (*BASE, "user", "part", "starts_at", "ends_at")


class TimelineEvent(PatientRecord):
    """One entry of the longitudinal list. `source_*` says which row it tells of."""

    kind = models.CharField(max_length=40)
    occurred_at = models.DateTimeField()
    title = EncryptedCharField(max_length=200)
    body = EncryptedTextField(blank=True, default="")
    source_kind = models.CharField(max_length=40, blank=True, default="")
    source_id = models.UUIDField(null=True)
    created_by = models.UUIDField()
    version = models.PositiveIntegerField(default=1)
    deleted_at = models.DateTimeField(null=True)

    class Meta(PatientRecord.Meta):
        indexes: ClassVar = [
            models.Index(fields=["patient", "-occurred_at", "-id"], name="timeline_newest")
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["patient", "source_kind", "source_id"],
                name="timeline_one_a_source",
                condition=models.Q(source_id__isnull=False),
            ),
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("title", "body")
        plain: ClassVar = (
            *BASE, "kind", "occurred_at", "source_kind", "source_id", "created_by", "version",
            "deleted_at",
        )  # fmt: skip


class Condition(PatientRecord):
    """A diagnosis, coded in ICD-10-CM."""

    code = EncryptedCharField(max_length=10)
    display = EncryptedCharField(max_length=200)
    onset_on = EncryptedDateField(null=True)
    recorded_by = models.UUIDField()

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("code", "display", "onset_on")
        plain: ClassVar = (*BASE, "recorded_by")


class Allergy(PatientRecord):
    substance = EncryptedCharField(max_length=200)
    reaction = EncryptedCharField(max_length=200, blank=True, default="")
    severity = EncryptedCharField(max_length=20, blank=True, default="")
    recorded_by = models.UUIDField()

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("substance", "reaction", "severity")
        plain: ClassVar = (*BASE, "recorded_by")


class Medication(PatientRecord):
    """One drug at one dose; a change of dose ends this row and starts the next."""

    name = EncryptedCharField(max_length=200)
    rxnorm = EncryptedCharField(max_length=20, blank=True, default="")
    dose = EncryptedDecimalField(max_digits=10, decimal_places=3)
    unit = EncryptedCharField(max_length=20)
    times_per_day = models.PositiveSmallIntegerField(default=1)
    started_on = models.DateField()
    ended_on = models.DateField(null=True)
    recorded_by = models.UUIDField()

    class Meta(PatientRecord.Meta):
        indexes: ClassVar = [
            models.Index(fields=["patient", "started_on"], name="medication_by")
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("name", "rxnorm", "dose", "unit")
        plain: ClassVar = (
            *BASE,
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


class LabResult(PatientRecord):
    """A laboratory value. `low` and `high` are the laboratory's reference range."""

    loinc = models.CharField(max_length=10)
    name = EncryptedCharField(max_length=200)
    value = EncryptedDecimalField(max_digits=14, decimal_places=5)
    unit = models.CharField(max_length=20)
    low = models.DecimalField(max_digits=14, decimal_places=5, null=True)
    high = models.DecimalField(max_digits=14, decimal_places=5, null=True)
    specimen_at = models.DateTimeField()
    recorded_by = models.UUIDField()

    class Meta(PatientRecord.Meta):
        indexes: ClassVar = [
            models.Index(fields=["patient", "-specimen_at"], name="lab_newest")
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("name", "value")
        plain: ClassVar = (
            *BASE,
            "loinc",
            "unit",
            "low",
            "high",
            "specimen_at",
            "recorded_by",
        )


class QuestionnaireResponse(PatientRecord):
    """Answers to a scored questionnaire, as given, with the score they make."""

    instrument = models.CharField(max_length=20)
    answers = EncryptedJSONField()
    score = EncryptedDecimalField(max_digits=6, decimal_places=2)
    answered_at = models.DateTimeField()
    recorded_by = models.UUIDField()

    class Meta(PatientRecord.Meta):
        indexes: ClassVar = [
            models.Index(
                fields=["patient", "instrument", "-answered_at"], name="answers_newest"
            )
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("answers", "score")
        plain: ClassVar = (*BASE, "instrument", "answered_at", "recorded_by")


class Encounter(PatientRecord):
    """A visit, past or to come (FHIR Encounter and Appointment in one list)."""

    class Status(models.TextChoices):
        PLANNED = "planned", _("planned")
        ARRIVED = "arrived", _("arrived")
        FINISHED = "finished", _("finished")
        CANCELLED = "cancelled", _("cancelled")

    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    status = models.CharField(max_length=12, choices=Status, default=Status.PLANNED)
    kind = models.CharField(max_length=40)
    reason = EncryptedTextField(blank=True, default="")
    recorded_by = models.UUIDField()

    class Meta(PatientRecord.Meta):
        indexes: ClassVar = [
            models.Index(fields=["patient", "-starts_at"], name="visit_newest")
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("reason",)
        plain: ClassVar = (
            *BASE,
            "starts_at",
            "ends_at",
            "status",
            "kind",
            "recorded_by",
        )
