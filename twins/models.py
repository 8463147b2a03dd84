"""Twin snapshots: what was said of a patient, from which inputs. Never changed."""

from typing import ClassVar

from django.db import models

from clinicity.privacy.fields import EncryptedJSONField
from patients.models import BASE, PatientRecord


class TwinSnapshot(PatientRecord):
    """One immutable twin. The same inputs are the same snapshot: their digest is unique."""

    ledger_position = models.BigIntegerField()
    features_version = models.PositiveIntegerField()
    # Which model versions spoke; none do yet.
    model_versions = models.JSONField(default=dict)
    window_start = models.DateField(null=True)
    window_end = models.DateField(null=True)
    input_digest = models.CharField(max_length=64)
    # SHA-256 of the canonical content: made again from the same inputs, it is equal.
    content_digest = models.CharField(max_length=64)
    figures = models.PositiveIntegerField()
    abstentions = models.PositiveIntegerField()
    # Features with intervals and coverage, abstentions with reasons, and the pictures.
    content = EncryptedJSONField()
    requested_by = models.UUIDField()

    class Meta(PatientRecord.Meta):
        indexes: ClassVar = [models.Index(fields=["patient", "-id"], name="twin_newest")]
        constraints: ClassVar = [
            *PatientRecord.Meta.constraints,
            models.UniqueConstraint(fields=["patient", "input_digest"], name="twin_once"),
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("content",)
        plain: ClassVar = (
            *BASE, "ledger_position", "features_version", "model_versions", "window_start",
            "window_end", "input_digest", "content_digest", "figures", "abstentions",
            "requested_by",
        )  # fmt: skip
