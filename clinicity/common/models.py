"""The base row, and the two tables that make work survive a crash."""

from typing import ClassVar

from django.db import models
from django.utils import timezone

from clinicity.common.ids import new_id
from clinicity.common.queues import Queue


class BaseModel(models.Model):
    """A row with an id of its own making and the moment it was made."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.pk}"


class OutboxEvent(BaseModel):
    """A named event, committed with the change that it tells of."""

    name = models.CharField(max_length=100)
    payload = models.JSONField(default=dict)
    dispatched_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["created_at"],
                name="outbox_waiting",
                condition=models.Q(dispatched_at__isnull=True),
            )
        ]

    class Privacy:
        protected: ClassVar = ()
        plain: ClassVar = ("id", "created_at", "name", "payload", "dispatched_at")


class Job(BaseModel):
    """A piece of work. The row is the truth; Celery only wakes a worker for it."""

    class State(models.TextChoices):
        QUEUED = "queued"
        RUNNING = "running"
        DONE = "done"
        DEAD = "dead"

    name = models.CharField(max_length=200)
    queue = models.CharField(max_length=20, choices=[(q.value, q.value) for q in Queue])
    # Ids and counts only, never what a patient said or is called.
    args = models.JSONField(default=dict)
    patient_id = models.UUIDField(null=True)
    requested_by = models.UUIDField()
    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    attempts = models.PositiveIntegerField(default=0)
    max_attempts = models.PositiveIntegerField(default=5)
    run_after = models.DateTimeField(default=timezone.now)
    lease_until = models.DateTimeField(null=True)
    # Fencing token: grows with each claim; a worker that lost its lease can't finish.
    token = models.PositiveIntegerField(default=0)
    done_count = models.PositiveIntegerField(default=0)
    total_count = models.PositiveIntegerField(null=True)
    note = models.CharField(max_length=200, blank=True)
    error = models.CharField(max_length=200, blank=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [
            models.Index(
                fields=["queue", "run_after"],
                name="job_unfinished",
                condition=models.Q(state__in=["queued", "running"]),
            ),
            models.Index(
                fields=["name", "patient_id"],
                name="job_waiting",
                condition=models.Q(state="queued"),
            ),
            models.Index(fields=["requested_by", "-created_at"], name="job_by_requester"),
            models.Index(fields=["patient_id", "-created_at"], name="job_by_patient"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="job_running_has_lease",
                condition=~models.Q(state="running") | models.Q(lease_until__isnull=False),
            ),
        ]

    class Privacy:
        protected: ClassVar = ()
        plain: ClassVar = (
            "id", "created_at", "name", "queue", "args", "patient_id", "requested_by",
            "state", "attempts", "max_attempts", "run_after", "lease_until", "token",
            "done_count", "total_count", "note", "error", "started_at", "finished_at",
        )  # fmt: skip
