"""Visits, past and to come."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinicity.privacy.fields import (
    EncryptedTextField,
)
from patients.models.people import ITEM, PatientItem


class Encounter(PatientItem):
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

    class Meta(PatientItem.Meta):
        indexes: ClassVar = [
            models.Index(fields=["patient", "-starts_at"], name="visit_newest")
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("reason",)
        plain: ClassVar = (
            *ITEM,
            "starts_at",
            "ends_at",
            "status",
            "kind",
            "recorded_by",
        )
