"""People under care. Every row about them is sealed under their own key."""

from typing import ClassVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from clinicity.privacy.fields import (
    EncryptedCharField,
    EncryptedDateField,
)
from clinicity.privacy.sealed import SealedModel

BASE = ("id", "created_at", "patient")
ITEM = (*BASE, "visibility")


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
    # The purposes that the newest decisions in `Consent` agree to.
    consents = ArrayField(models.CharField(max_length=20), default=list)
    version = models.PositiveIntegerField(default=1)
    deleted_at = models.DateTimeField(null=True)
    deleted_by = models.UUIDField(null=True)
    # The key is destroyed and the row a tombstone: nobody can restore it.
    erased_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [GinIndex(fields=["search_index"], name="patient_search")]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="patient_deleted_by_someone",
                condition=models.Q(deleted_at__isnull=True, deleted_by__isnull=True)
                | models.Q(deleted_at__isnull=False, deleted_by__isnull=False),
            ),
            models.CheckConstraint(
                name="patient_erased_is_deleted",
                condition=models.Q(erased_at__isnull=True) | models.Q(deleted_at__isnull=False),
            ),
        ]

    class Privacy:
        subject: ClassVar = "id"
        protected: ClassVar = (
            "first_name", "last_name", "preferred_name", "date_of_birth", "sex", "record_number",
        )  # fmt: skip
        plain: ClassVar = (
            "id", "created_at", "search_index", "time_zone", "simulated", "user", "consents",
            "version", "deleted_at", "deleted_by", "erased_at",
        )  # fmt: skip

    def __str__(self) -> str:
        return f"patient {str(self.pk)[-6:]}"

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()

    @property
    def record_ids(self) -> list[UUID]:
        """This record and those merged into it, of a patient that `patient_get` gave."""
        return [self.id, *getattr(self, "merged_ids", ())]


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


class Visibility(models.TextChoices):
    """Who of those who may see the patient also sees this item."""

    AUTHOR = "author", _("only its author")
    RESTRICTED = "restricted", _("those who treat")
    TEAM = "team", _("the care team")
    RELEASED = "released", _("the care team and the patient")


class PatientItem(PatientRecord):
    """A row of the chart that has a visibility, kept by row security."""

    visibility = models.CharField(
        max_length=10, choices=Visibility, default=Visibility.RELEASED
    )

    class Meta(PatientRecord.Meta):
        abstract = True


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
