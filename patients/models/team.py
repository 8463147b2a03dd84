"""Who may see a patient, and from when until when."""

from datetime import datetime
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from clinicity.privacy.fields import EncryptedTextField
from patients.models.people import BASE, PatientRecord


def unended(at: datetime) -> models.Q:
    """Parts in a patient's care that hold at a moment, or begin later."""
    return models.Q(ends_at__isnull=True) | models.Q(ends_at__gt=at)


def running(at: datetime) -> models.Q:
    """Parts in a patient's care, or in acting for them, that hold at a moment."""
    return models.Q(starts_at__lte=at) & unended(at)


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


class BreakGlass(PatientRecord):
    """That a clinician opened the record of a patient who isn't theirs, for a while, and why.

    Its reason and review are read by the patient's team, admins and auditors.
    """

    class Outcome(models.TextChoices):
        JUSTIFIED = "justified", _("justified")
        UNJUSTIFIED = "unjustified", _("not justified")

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    reason = EncryptedTextField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    outcome = models.CharField(max_length=12, choices=Outcome, blank=True, default="")
    review = EncryptedTextField(blank=True, default="")
    reviewed_by = models.UUIDField(null=True)
    reviewed_at = models.DateTimeField(null=True)

    class Meta(PatientRecord.Meta):
        indexes: ClassVar = [
            models.Index(fields=["user", "patient"], name="break_glass_by_user")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="break_glass_reviewed_whole",
                condition=models.Q(
                    outcome="", reviewed_by__isnull=True, reviewed_at__isnull=True
                )
                | (
                    ~models.Q(outcome="")
                    & models.Q(reviewed_by__isnull=False, reviewed_at__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="break_glass_ends", condition=models.Q(ends_at__gte=models.F("starts_at"))
            ),
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("reason", "review")
        plain: ClassVar = (
            *BASE, "user", "starts_at", "ends_at", "outcome", "reviewed_by", "reviewed_at",
        )  # fmt: skip


class Proxy(PatientRecord):
    """That somebody acts for a patient, within a scope and between two moments.

    A parent's part ends when the patient comes of age.
    """

    class Basis(models.TextChoices):
        PARENT = "parent", _("parent or guardian of a minor")
        ATTORNEY = "attorney", _("power of attorney or court")
        CONSENT = "consent", _("the patient's own wish")

    class Part(models.TextChoices):
        """What a proxy may do; reading what is released comes with each."""

        READ = "read", _("read what is released")
        ANSWER = "answer", _("answer questionnaires")
        DECIDE = "decide", _("give and withdraw consent")

    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    basis = models.CharField(max_length=10, choices=Basis)
    parts = ArrayField(models.CharField(max_length=10, choices=Part), default=list)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)
    made_by = models.UUIDField()

    class Meta(PatientRecord.Meta):
        indexes: ClassVar = [models.Index(fields=["user", "patient"], name="proxy_by_user")]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ()
        plain: ClassVar = (
            *BASE, "user", "basis", "parts", "starts_at", "ends_at", "made_by",
        )  # fmt: skip
