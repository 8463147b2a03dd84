"""Answers to scored questionnaires."""

from typing import ClassVar

from django.db import models

from clinicity.privacy.fields import (
    EncryptedDecimalField,
    EncryptedJSONField,
)
from patients.models.people import ITEM, PatientItem


class QuestionnaireResponse(PatientItem):
    """Answers to a scored questionnaire, as given, with the score they make."""

    instrument = models.CharField(max_length=20)
    answers = EncryptedJSONField()
    score = EncryptedDecimalField(max_digits=6, decimal_places=2)
    answered_at = models.DateTimeField()
    recorded_by = models.UUIDField()

    class Meta(PatientItem.Meta):
        indexes: ClassVar = [
            models.Index(
                fields=["patient", "instrument", "-answered_at"], name="answers_newest"
            )
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("answers", "score")
        plain: ClassVar = (*ITEM, "instrument", "answered_at", "recorded_by")
