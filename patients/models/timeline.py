"""The longitudinal list, and how its entries read earlier."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

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
    # Keyed hashes of the words of title and body (`privacy.fulltext`), and how they were made.
    search_tokens = ArrayField(models.BigIntegerField(), default=list)
    search_scheme = models.CharField(max_length=16, blank=True, default="")

    class Meta(PatientItem.Meta):
        indexes: ClassVar = [
            # Alone it answers how many there are of what, when and by whom.
            models.Index(
                fields=["patient", "-occurred_at", "-id"],
                include=["kind", "created_by", "visibility"],
                condition=models.Q(deleted_at__isnull=True),
                name="timeline_newest",
            ),
            models.Index(
                fields=["patient", "kind", "-occurred_at", "-id"],
                condition=models.Q(deleted_at__isnull=True),
                name="timeline_by_kind",
            ),
            GinIndex(fields=["search_tokens"], name="timeline_search"),
            models.Index(fields=["search_scheme", "id"], name="timeline_stale"),
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
            "deleted_at", "search_tokens", "search_scheme",
        )  # fmt: skip


class TimelineEventVersion(PatientItem):
    """How an entry read until someone changed it (append-only).

    `version` is the one that these words had; `act` ended it, by `changed_by` at `created_at`.
    It keeps the visibility that it had: what was only its author's stays theirs, whoever
    may see the entry later. `created_by` is the entry's.
    """

    class Act(models.TextChoices):
        EDIT = "edit", _("edited")
        UNDO = "undo", _("took the last change back")
        DELETE = "delete", _("removed")
        RESTORE = "restore", _("put back")
        FOLLOW = "follow", _("followed the row that it tells of")

    event = models.ForeignKey(TimelineEvent, on_delete=models.PROTECT, related_name="+")
    version = models.PositiveIntegerField()
    act = models.CharField(max_length=10, choices=Act)
    changed_by = models.UUIDField()
    created_by = models.UUIDField()
    kind = models.CharField(max_length=40)
    occurred_at = models.DateTimeField()
    title = EncryptedCharField(max_length=200)
    body = EncryptedTextField(blank=True, default="")

    class Meta(PatientItem.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["event", "version"], name="timeline_version_once")
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("title", "body")
        plain: ClassVar = (
            *ITEM, "event", "version", "act", "changed_by", "created_by", "kind",
            "occurred_at",
        )  # fmt: skip
