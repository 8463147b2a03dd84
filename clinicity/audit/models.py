"""The trail: events as they happened, and the chain that seals them afterwards."""

from typing import ClassVar

from django.db import models

from clinicity.common.models import BaseModel


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
