"""The trail: events as they happened, and the chain that seals them afterwards."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinicity.common.models import BaseModel
from clinicity.privacy.fields import EncryptedCharField, EncryptedTextField
from clinicity.privacy.querysets import GuardedQuerySet


class NextPosition(models.Func):
    """The next value of the trail's sequence, taken by the database on insert."""

    template = "nextval('audit_position')"
    arity = 0
    output_field = models.BigIntegerField()


class AuditEvent(BaseModel):
    """Who did what to which subject. Ids, counts and field names; never values.

    No foreign keys: the trail outlives what it speaks of. The table also has a column
    `xact`, the transaction that wrote the row, which only the sealer reads. The app may say
    neither that nor the position: the database does (`services.record`).
    """

    class Outcome(models.TextChoices):
        OK = "ok"
        REFUSED = "refused"
        FAILED = "failed"

    position = models.BigIntegerField(unique=True, editable=False, db_default=NextPosition())
    actor_id = models.UUIDField()
    actor_role = models.CharField(max_length=20)
    act = models.CharField(max_length=60)
    subject = models.CharField(max_length=60)
    subject_id = models.UUIDField(null=True)
    patient_id = models.UUIDField(null=True)
    outcome = models.CharField(max_length=10, choices=Outcome, default=Outcome.OK)
    details = models.JSONField(default=dict)
    request_id = models.CharField(max_length=40, blank=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(fields=["patient_id", "-position"], name="audit_by_patient"),
            models.Index(fields=["actor_id", "-position"], name="audit_by_actor"),
            models.Index(fields=["act", "-position"], name="audit_by_act"),
            models.Index(fields=["created_at"], name="audit_by_time"),
            # Who came to whom: small, since what devices and services do isn't in it.
            models.Index(
                fields=["actor_id", "patient_id", "created_at"],
                name="audit_meetings",
                condition=models.Q(patient_id__isnull=False)
                & ~models.Q(actor_role__in=["service", "device"]),
            ),
        ]

    class Privacy:
        protected: ClassVar = ()
        plain: ClassVar = (
            "id", "created_at", "position", "actor_id", "actor_role", "act", "subject",
            "subject_id", "patient_id", "outcome", "details", "request_id",
        )  # fmt: skip


class AuditSeal(models.Model):
    """One link of the chain: an event's hash, chained to the one before it."""

    number = models.BigIntegerField(primary_key=True)
    event_id = models.UUIDField(unique=True)
    digest = models.BinaryField()
    # How the event was written down to be hashed: see `chain.py`.
    form = models.PositiveSmallIntegerField(db_default=1)

    class Privacy:
        protected: ClassVar = ()
        plain: ClassVar = ("number", "event_id", "digest", "form")

    def __str__(self) -> str:
        return f"seal {self.number}"


class AuditCheckpoint(models.Model):
    """The database's copy of a line of the checkpoint file, so that none can be dropped."""

    id = models.BigAutoField(primary_key=True)
    number = models.BigIntegerField()
    kind = models.CharField(max_length=10)
    line = models.TextField()

    class Privacy:
        protected: ClassVar = ()
        plain: ClassVar = ("id", "number", "kind", "line")

    def __str__(self) -> str:
        return f"checkpoint at {self.number}"


class SecurityAlert(BaseModel):
    """Unusual access that a rule found: once for each rule, person, patient and window."""

    class State(models.TextChoices):
        OPEN = "open", _("to be reviewed")
        ACKNOWLEDGED = "acknowledged", _("being looked into")
        REVIEWED = "reviewed", _("reviewed")

    class Outcome(models.TextChoices):
        JUSTIFIED = "justified", _("justified")
        MISTAKE = "mistake", _("a mistake, without consequence")
        MISUSE = "misuse", _("misuse, followed up")
        UNCLEAR = "unclear", _("couldn't be cleared up")

    rule = models.CharField(max_length=40)
    actor_id = models.UUIDField()
    actor_role = models.CharField(max_length=20)
    patient_id = models.UUIDField(null=True)
    window_start = models.DateTimeField()
    window_end = models.DateTimeField()
    # Counts; and the sentence that they make. No values of a patient.
    evidence = models.JSONField(default=dict)
    reason = models.CharField(max_length=300)
    state = models.CharField(max_length=12, choices=State, default=State.OPEN)
    outcome = models.CharField(max_length=10, choices=Outcome, blank=True)
    acknowledged_by = models.UUIDField(null=True)
    acknowledged_at = models.DateTimeField(null=True)
    note = EncryptedTextField(null=True)
    reviewed_by = models.UUIDField(null=True)
    reviewed_at = models.DateTimeField(null=True)

    objects: ClassVar = GuardedQuerySet.as_manager()

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["-created_at"], name="security_open", condition=models.Q(state="open")
            ),
            models.Index(fields=["actor_id", "-window_start"], name="security_by_actor"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["rule", "actor_id", "patient_id", "window_start"],
                name="raised_once_a_window",
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="reviewed_by_someone",
                condition=models.Q(
                    state="open", outcome="", reviewed_by__isnull=True,
                    reviewed_at__isnull=True, acknowledged_by__isnull=True,
                )
                | models.Q(
                    state="acknowledged", outcome="", reviewed_by__isnull=True,
                    reviewed_at__isnull=True, acknowledged_by__isnull=False,
                    acknowledged_at__isnull=False,
                )
                | models.Q(
                    ~models.Q(outcome=""), state="reviewed", reviewed_by__isnull=False,
                    reviewed_at__isnull=False,
                ),
            ),
        ]  # fmt: skip

    class Privacy:
        subject: ClassVar = None
        protected: ClassVar = ("note",)
        plain: ClassVar = (
            "id", "created_at", "rule", "actor_id", "actor_role", "patient_id",
            "window_start", "window_end", "evidence", "reason", "state", "outcome",
            "acknowledged_by", "acknowledged_at", "reviewed_by", "reviewed_at",
        )  # fmt: skip


class SavedFilter(BaseModel):
    """An auditor's own search, under a name. The name may be anybody's: it is sealed."""

    owner_id = models.UUIDField(db_index=True)
    name = EncryptedCharField(max_length=80)
    wanted = models.JSONField(default=dict)
    # Kept for a while, so that deleting can be undone.
    deleted_at = models.DateTimeField(null=True)

    objects: ClassVar = GuardedQuerySet.as_manager()

    class Privacy:
        subject: ClassVar = None
        protected: ClassVar = ("name",)
        plain: ClassVar = ("id", "created_at", "owner_id", "wanted", "deleted_at")
