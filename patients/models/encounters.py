"""Visits, past and to come."""

from typing import ClassVar
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinicity.privacy.fields import EncryptedCharField, EncryptedJSONField, EncryptedTextField
from patients.models.chart import CHART, ChartItem


class Encounter(ChartItem):
    """A visit, past or to come (FHIR Encounter and Appointment in one list).

    `booked` tells an appointment: it was made ahead, whatever became of it.
    """

    class Status(models.TextChoices):
        PROPOSED = "proposed", _("proposed")
        PLANNED = "planned", _("planned")
        ARRIVED = "arrived", _("arrived")
        IN_PROGRESS = "in_progress", _("under way")
        FINISHED = "finished", _("finished")
        CANCELLED = "cancelled", _("cancelled")
        NOSHOW = "noshow", _("did not come")

    TOPIC = "encounter"
    EDITABLE = (
        "starts_at", "ends_at", "kind", "reason", "place", "participants", "participant_ids",
        "status", "status_reason", "sequence",
    )  # fmt: skip

    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    status = models.CharField(max_length=12, choices=Status, default=Status.PLANNED)
    kind = models.CharField(max_length=40)
    booked = models.BooleanField(default=True)
    reason = EncryptedTextField(blank=True, default="")
    status_reason = EncryptedTextField(blank=True, default="", null=True)
    place = EncryptedCharField(max_length=200, blank=True, default="", null=True)
    # [{"user_id": …} | {"name": …}, each with "part"]; users stand beside in plain ids.
    participants = EncryptedJSONField(default=list, null=True)
    participant_ids = ArrayField(models.UUIDField(), default=list)
    # A keyed hash of a calendar's UID and occurrence: the same event comes in once.
    uid_index = models.CharField(max_length=64, blank=True, default="")
    sequence = models.PositiveIntegerField(default=0)

    class Meta(ChartItem.Meta):
        indexes: ClassVar = [
            models.Index(fields=["patient", "-starts_at"], name="visit_newest")
        ]
        constraints: ClassVar = [
            *ChartItem.Meta.constraints,
            models.UniqueConstraint(
                fields=["patient", "uid_index"], name="visit_once_a_uid",
                condition=~Q(uid_index=""),
            ),
            models.CheckConstraint(
                name="visit_ends_after_start", condition=Q(ends_at__gte=F("starts_at"))
            ),
        ]  # fmt: skip

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("reason", "status_reason", "place", "participants")
        plain: ClassVar = (
            *CHART, "starts_at", "ends_at", "status", "kind", "booked",
            "participant_ids", "uid_index", "sequence",
        )  # fmt: skip

    def concerns(self, user_id: UUID) -> bool:
        """Whether this is one of the user's own visits: they take part, or nobody is named."""
        if self.participant_ids:
            return user_id in self.participant_ids
        return self.recorded_by == user_id
