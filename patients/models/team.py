"""Who may see a patient, and from when until when."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from patients.models.people import BASE, PatientRecord


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
