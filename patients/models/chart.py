"""The chart: conditions, allergies, medications, results, genetics, and what they were before."""

from datetime import date
from decimal import Decimal
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinicity.privacy.fields import (
    EncryptedCharField,
    EncryptedDateField,
    EncryptedDecimalField,
    EncryptedJSONField,
    EncryptedTextField,
)
from patients.models.people import BASE, ITEM, PatientItem, PatientRecord

CHART = (
    *ITEM, "recorded_by", "version", "changed_at", "entered_in_error_at", "entered_in_error_by",
)  # fmt: skip


class ChartItem(PatientItem):
    """A row that is changed under its version; what it was before is a `ChartVersion`.

    A row entered in error stays: it is marked, leaves every list, and can be put back.
    """

    recorded_by = models.UUIDField()
    version = models.PositiveIntegerField(default=1)
    changed_at = models.DateTimeField(null=True)
    entered_in_error_at = models.DateTimeField(null=True)
    entered_in_error_by = models.UUIDField(null=True)

    # The name under which versions, audit and timeline speak of the row.
    TOPIC: ClassVar[str]
    EDITABLE: ClassVar[tuple[str, ...]]

    class Meta(PatientItem.Meta):
        abstract = True
        constraints: ClassVar = [
            *PatientItem.Meta.constraints,
            models.CheckConstraint(
                name="%(class)s_error_by_someone",
                condition=Q(entered_in_error_at__isnull=True, entered_in_error_by__isnull=True)
                | Q(entered_in_error_at__isnull=False, entered_in_error_by__isnull=False),
            ),
        ]

    class Privacy:
        subject: ClassVar = "patient_id"


class ChartVersion(PatientRecord):
    """What a row of the chart said before a change. Never changed itself."""

    item = models.CharField(max_length=20)
    row_id = models.UUIDField()
    version = models.PositiveIntegerField()
    # What was done to this version: edit, stop, entered_in_error, restore, …
    act = models.CharField(max_length=20)
    reason = EncryptedTextField(blank=True, default="")
    state = EncryptedJSONField(default=dict)
    changed_by = models.UUIDField()

    class Meta(PatientRecord.Meta):
        constraints: ClassVar = [
            *PatientRecord.Meta.constraints,
            models.UniqueConstraint(
                fields=["patient", "item", "row_id", "version"], name="chart_version_once"
            ),
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("reason", "state")
        plain: ClassVar = (*BASE, "item", "row_id", "version", "act", "changed_by")


class ClinicalStatus(models.TextChoices):
    """FHIR condition-clinical, as far as a psychiatric chart tells them apart."""

    ACTIVE = "active", _("active")
    REMISSION = "remission", _("in remission")
    RESOLVED = "resolved", _("resolved")


class VerificationStatus(models.TextChoices):
    """FHIR condition-ver-status and allergyintolerance-verification."""

    CONFIRMED = "confirmed", _("confirmed")
    PROVISIONAL = "provisional", _("provisional")
    DIFFERENTIAL = "differential", _("differential")
    UNCONFIRMED = "unconfirmed", _("unconfirmed")
    REFUTED = "refuted", _("refuted")


class Condition(ChartItem):
    """A diagnosis, coded in ICD-10-CM."""

    TOPIC = "condition"
    EDITABLE = (
        "code", "display", "onset_on", "abated_on", "clinical_status", "verification_status",
        "note",
    )  # fmt: skip

    code = EncryptedCharField(max_length=10)
    display = EncryptedCharField(max_length=200)
    onset_on = EncryptedDateField(null=True)
    abated_on = EncryptedDateField(null=True)
    clinical_status = models.CharField(
        max_length=12, choices=ClinicalStatus, default=ClinicalStatus.ACTIVE
    )
    verification_status = models.CharField(
        max_length=14, choices=VerificationStatus, default=VerificationStatus.CONFIRMED
    )
    note = EncryptedTextField(blank=True, default="", null=True)

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("code", "display", "onset_on", "abated_on", "note")
        plain: ClassVar = (*CHART, "clinical_status", "verification_status")


class Allergy(ChartItem):
    """An allergy or intolerance (FHIR AllergyIntolerance)."""

    class Criticality(models.TextChoices):
        """FHIR allergy-intolerance-criticality: how bad the next exposure could be."""

        LOW = "low", _("low")
        HIGH = "high", _("high")
        UNKNOWN = "unable-to-assess", _("not known")

    TOPIC = "allergy"
    EDITABLE = (
        "substance", "reaction", "severity", "criticality", "clinical_status",
        "verification_status", "onset_on", "note",
    )  # fmt: skip

    substance = EncryptedCharField(max_length=200)
    reaction = EncryptedCharField(max_length=200, blank=True, default="")
    severity = EncryptedCharField(max_length=20, blank=True, default="")
    criticality = models.CharField(
        max_length=16, choices=Criticality, default=Criticality.UNKNOWN
    )
    clinical_status = models.CharField(
        max_length=12, choices=ClinicalStatus, default=ClinicalStatus.ACTIVE
    )
    verification_status = models.CharField(
        max_length=14, choices=VerificationStatus, default=VerificationStatus.CONFIRMED
    )
    onset_on = EncryptedDateField(null=True)
    note = EncryptedTextField(blank=True, default="", null=True)

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("substance", "reaction", "severity", "onset_on", "note")
        plain: ClassVar = (
            *CHART, "criticality", "clinical_status", "verification_status",
        )  # fmt: skip


class Medication(ChartItem):
    """One drug at one dose; a change of dose ends this row and starts the next."""

    class Status(models.TextChoices):
        """FHIR medication-statement-status."""

        ACTIVE = "active", _("active")
        INTENDED = "intended", _("intended")
        ON_HOLD = "on-hold", _("on hold")
        STOPPED = "stopped", _("stopped")
        COMPLETED = "completed", _("completed")

    TOPIC = "medication"
    EDITABLE = (
        "name", "rxnorm", "dose", "unit", "times_per_day", "times", "started_on", "ended_on",
        "status", "instructions", "stop_reason", "note",
    )  # fmt: skip

    name = EncryptedCharField(max_length=200)
    rxnorm = EncryptedCharField(max_length=20, blank=True, default="")
    dose = EncryptedDecimalField(max_digits=10, decimal_places=3)
    unit = EncryptedCharField(max_length=20)
    times_per_day = models.PositiveSmallIntegerField(default=1)
    # Times of the day by the patient's own clock, such as ["08:00", "21:00"].
    times = EncryptedJSONField(default=list, null=True)
    started_on = models.DateField()
    ended_on = models.DateField(null=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    instructions = EncryptedTextField(blank=True, default="", null=True)
    stop_reason = EncryptedTextField(blank=True, default="", null=True)
    note = EncryptedTextField(blank=True, default="", null=True)
    # The row whose dose this one followed.
    replaces_id = models.UUIDField(null=True)

    class Meta(ChartItem.Meta):
        indexes: ClassVar = [
            models.Index(fields=["patient", "started_on"], name="medication_by")
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = (
            "name", "rxnorm", "dose", "unit", "times", "instructions", "stop_reason", "note",
        )  # fmt: skip
        plain: ClassVar = (
            *CHART, "times_per_day", "started_on", "ended_on", "status", "replaces_id",
        )  # fmt: skip

    def is_taken(self, today: date) -> bool:
        """Whether it is one of today's medications; a drug on hold isn't."""
        running = self.ended_on is None or self.ended_on >= today
        return running and self.started_on <= today and self.status == self.Status.ACTIVE


class MedicationDose(PatientRecord):
    """That a dose that was due was taken or missed."""

    class Status(models.TextChoices):
        TAKEN = "taken", _("taken")
        MISSED = "missed", _("missed")

    medication = models.ForeignKey(Medication, on_delete=models.PROTECT, related_name="+")
    due_at = models.DateTimeField()
    status = models.CharField(max_length=10, choices=Status)
    recorded_by = models.UUIDField()
    version = models.PositiveIntegerField(default=1)

    class Meta(PatientRecord.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["medication", "due_at"], name="dose_due_once")
        ]
        indexes: ClassVar = [models.Index(fields=["patient", "due_at"], name="dose_by_patient")]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ()
        plain: ClassVar = (*BASE, "medication", "due_at", "status", "recorded_by", "version")


class LabResult(ChartItem):
    """A laboratory value. `low` and `high` are the laboratory's reference range.

    `specimen_at` is when the blood was drawn, `created_at` when the value was entered.
    """

    class Flag(models.TextChoices):
        """The laboratory's own interpretation (HL7 v3 ObservationInterpretation)."""

        NONE = "", _("none given")
        NORMAL = "N", _("in range")
        LOW = "L", _("low")
        HIGH = "H", _("high")
        CRITICAL_LOW = "LL", _("critically low")
        CRITICAL_HIGH = "HH", _("critically high")
        ABNORMAL = "A", _("abnormal")

    TOPIC = "lab"
    EDITABLE = (
        "loinc", "name", "value", "unit", "low", "high", "critical_low", "critical_high",
        "interpretation", "specimen", "specimen_at", "laboratory", "note",
    )  # fmt: skip

    loinc = models.CharField(max_length=10)
    name = EncryptedCharField(max_length=200)
    value = EncryptedDecimalField(max_digits=14, decimal_places=5)
    unit = models.CharField(max_length=20)
    low = models.DecimalField(max_digits=14, decimal_places=5, null=True)
    high = models.DecimalField(max_digits=14, decimal_places=5, null=True)
    critical_low = models.DecimalField(max_digits=14, decimal_places=5, null=True)
    critical_high = models.DecimalField(max_digits=14, decimal_places=5, null=True)
    interpretation = EncryptedCharField(max_length=2, blank=True, default="", null=True)
    specimen = EncryptedCharField(max_length=40, blank=True, default="", null=True)
    specimen_at = models.DateTimeField()
    laboratory = EncryptedCharField(max_length=120, blank=True, default="", null=True)
    note = EncryptedTextField(blank=True, default="", null=True)

    class Meta(ChartItem.Meta):
        indexes: ClassVar = [
            models.Index(fields=["patient", "-specimen_at"], name="lab_newest")
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = (
            "name", "value", "interpretation", "specimen", "laboratory", "note",
        )  # fmt: skip
        plain: ClassVar = (
            *CHART, "loinc", "unit", "low", "high", "critical_low", "critical_high",
            "specimen_at",
        )  # fmt: skip

    @property
    def flag(self) -> str:
        """Only what the laboratory itself says: its mark, else its own limits."""
        if self.interpretation:
            return str(self.interpretation)
        value, flags = Decimal(self.value), self.Flag
        limits = (
            (self.critical_low is not None and value < self.critical_low, flags.CRITICAL_LOW),
            (self.critical_high is not None and value > self.critical_high, flags.CRITICAL_HIGH),
            (self.low is not None and value < self.low, flags.LOW),
            (self.high is not None and value > self.high, flags.HIGH),
            (self.low is not None or self.high is not None, flags.NORMAL),
        )  # fmt: skip
        return str(next((flag for holds, flag in limits if holds), flags.NONE))
