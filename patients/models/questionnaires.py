"""Answers to scored questionnaires, and the words that they were asked in."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinicity.common.models import BaseModel
from clinicity.privacy.fields import (
    EncryptedDecimalField,
    EncryptedJSONField,
    EncryptedTextField,
)
from patients.models.people import BASE, PatientItem, PatientRecord


class QuestionnaireResponse(PatientItem):
    """Answers as given, with the score they make. A correction is a version of its own.

    `answers` are in the order of the instrument's items, null where one is missing.
    `wording_version` 0 is the wording that ships; null when it was scored by numbers.
    """

    class Mode(models.TextChoices):
        STAFF = "staff", _("by staff")
        LINK = "link", _("by the patient, by link")
        PATIENT = "patient", _("by the patient, signed in")
        IMPORT = "import", _("taken over from elsewhere")

    instrument = models.CharField(max_length=20)
    answers = EncryptedJSONField()
    score = EncryptedDecimalField(max_digits=6, decimal_places=2, null=True)
    no_score_reason = EncryptedTextField(null=True)
    answered_at = models.DateTimeField()
    recorded_by = models.UUIDField()
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.STAFF)
    language = models.CharField(max_length=20, blank=True, default="")
    wording_version = models.PositiveIntegerField(null=True)
    version = models.PositiveIntegerField(default=1)
    # The version that this one corrects, and why.
    corrects = models.OneToOneField("self", on_delete=models.PROTECT, null=True)
    reason = EncryptedTextField(null=True)
    superseded_at = models.DateTimeField(null=True)
    error_at = models.DateTimeField(null=True)
    error_by = models.UUIDField(null=True)
    error_reason = EncryptedTextField(null=True)

    class Meta(PatientItem.Meta):
        indexes: ClassVar = [
            models.Index(
                fields=["patient", "instrument", "-answered_at"], name="answers_newest"
            )
        ]
        constraints: ClassVar = [
            *PatientItem.Meta.constraints,
            models.CheckConstraint(
                name="answers_error_by_someone",
                condition=models.Q(error_at__isnull=True, error_by__isnull=True)
                | models.Q(error_at__isnull=False, error_by__isnull=False),
            ),
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("answers", "score", "no_score_reason", "reason", "error_reason")
        plain: ClassVar = (
            *BASE, "visibility", "instrument", "answered_at", "recorded_by", "mode", "language",
            "wording_version", "version", "corrects", "superseded_at", "error_at", "error_by",
        )  # fmt: skip

    @property
    def is_standing(self) -> bool:
        """Neither corrected nor entered in error."""
        return self.superseded_at is None and self.error_at is None


class SelfHarmReport(PatientRecord):
    """That answers speak of self-harm, until someone of the team says what was done."""

    response = models.OneToOneField(
        QuestionnaireResponse, on_delete=models.PROTECT, related_name="+"
    )
    reported_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)
    seen_by = models.UUIDField(null=True)
    note = EncryptedTextField(null=True)

    class Meta(PatientRecord.Meta):
        indexes: ClassVar = [
            models.Index(
                fields=["patient", "-reported_at"],
                name="self_harm_unseen",
                condition=models.Q(seen_at__isnull=True),
            )
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("note",)
        plain: ClassVar = (*BASE, "response", "reported_at", "seen_at", "seen_by")


class QuestionnaireWording(BaseModel):
    """The words that the clinic may use for a questionnaire in one language. Append-only.

    A newer version takes the place of an older one; `withdrawn` takes all away.
    """

    instrument = models.CharField(max_length=20)
    language = models.CharField(max_length=20)
    version = models.PositiveIntegerField()
    content = models.JSONField()
    withdrawn = models.BooleanField(default=False)
    loaded_by = models.UUIDField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["instrument", "language", "version"], name="wording_version_once"
            )
        ]

    class Privacy:
        protected: ClassVar = ()
        plain: ClassVar = (
            "id", "created_at", "instrument", "language", "version", "content", "withdrawn",
            "loaded_by",
        )  # fmt: skip
