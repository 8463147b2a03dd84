"""The longitudinal list."""

from typing import ClassVar

from django.db import models

from clinicity.privacy.fields import (
    EncryptedCharField,
    EncryptedTextField,
)
from patients.models.people import ITEM, PatientItem, Visibility


class TimelineEvent(PatientItem):
    """One entry of the longitudinal list. `source_*` says which row it tells of."""

    # What upper apps write here is for the team until someone releases it.
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.TEAM)
    kind = models.CharField(max_length=40)
    occurred_at = models.DateTimeField()
    title = EncryptedCharField(max_length=200)
    body = EncryptedTextField(blank=True, default="")
    source_kind = models.CharField(max_length=40, blank=True, default="")
    source_id = models.UUIDField(null=True)
    created_by = models.UUIDField()
    version = models.PositiveIntegerField(default=1)
    deleted_at = models.DateTimeField(null=True)

    class Meta(PatientItem.Meta):
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
            *ITEM, "kind", "occurred_at", "source_kind", "source_id", "created_by", "version",
            "deleted_at",
        )  # fmt: skip
