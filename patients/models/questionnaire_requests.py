"""Who is to answer what by when, by which link, and what they have answered so far."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinicity.privacy.fields import EncryptedJSONField
from patients.models.people import BASE, PatientRecord
from patients.models.questionnaires import QuestionnaireResponse


class QuestionnaireSchedule(PatientRecord):
    """That a patient answers an instrument once, or every so many days until a moment."""

    instrument = models.CharField(max_length=20)
    starts_at = models.DateTimeField()
    every_days = models.PositiveIntegerField(null=True)
    until = models.DateTimeField(null=True)
    assigned_by = models.UUIDField()
    ended_at = models.DateTimeField(null=True)

    class Meta(PatientRecord.Meta):
        constraints: ClassVar = [
            *PatientRecord.Meta.constraints,
            models.CheckConstraint(
                name="schedule_repeats_in_days",
                condition=models.Q(every_days__isnull=True) | models.Q(every_days__gt=0),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["starts_at"],
                name="schedule_running",
                condition=models.Q(ended_at__isnull=True),
            )
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ()
        plain: ClassVar = (
            *BASE, "instrument", "starts_at", "every_days", "until", "assigned_by", "ended_at",
        )  # fmt: skip


class QuestionnaireRequest(PatientRecord):
    """One time that an instrument is to be answered."""

    class State(models.TextChoices):
        DUE = "due", _("due")
        ANSWERED = "answered", _("answered")
        REVOKED = "revoked", _("revoked")
        MISSED = "missed", _("missed")

    schedule = models.ForeignKey(
        QuestionnaireSchedule, on_delete=models.PROTECT, related_name="requests"
    )
    instrument = models.CharField(max_length=20)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.DUE)
    response = models.OneToOneField(
        QuestionnaireResponse, on_delete=models.PROTECT, null=True, related_name="request"
    )
    reminded_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta(PatientRecord.Meta):
        constraints: ClassVar = [
            *PatientRecord.Meta.constraints,
            models.UniqueConstraint(fields=["schedule", "due_at"], name="request_once_a_time"),
            models.CheckConstraint(
                name="request_answered_has_answers",
                condition=models.Q(state="answered", response__isnull=False)
                | (~models.Q(state="answered") & models.Q(response__isnull=True)),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["patient", "due_at"],
                name="request_open",
                condition=models.Q(state="due"),
            )
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ()
        plain: ClassVar = (
            *BASE, "schedule", "instrument", "due_at", "state", "response", "reminded_at",
            "closed_at",
        )  # fmt: skip


class QuestionnaireLink(PatientRecord):
    """A token that opens one request's form. Only its keyed hash is kept."""

    request = models.ForeignKey(
        QuestionnaireRequest, on_delete=models.PROTECT, related_name="links"
    )
    token_index = models.CharField(max_length=64, unique=True)
    expires_at = models.DateTimeField()
    made_by = models.UUIDField()
    birth_date_tries = models.PositiveIntegerField(default=0)
    used_at = models.DateTimeField(null=True)
    revoked_at = models.DateTimeField(null=True)

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ()
        plain: ClassVar = (
            *BASE, "request", "token_index", "expires_at", "made_by", "birth_date_tries",
            "used_at", "revoked_at",
        )  # fmt: skip


class QuestionnaireDraft(PatientRecord):
    """Answers so far: of a request, or of who fills in a form without one."""

    instrument = models.CharField(max_length=20)
    request = models.OneToOneField(
        QuestionnaireRequest, on_delete=models.PROTECT, null=True, related_name="draft"
    )
    author_id = models.UUIDField()
    answers = EncryptedJSONField()
    changed_at = models.DateTimeField()

    class Meta(PatientRecord.Meta):
        constraints: ClassVar = [
            *PatientRecord.Meta.constraints,
            models.UniqueConstraint(
                fields=["patient", "instrument", "author_id"],
                condition=models.Q(request__isnull=True),
                name="draft_one_an_author",
            ),
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("answers",)
        plain: ClassVar = (*BASE, "instrument", "request", "author_id", "changed_at")
