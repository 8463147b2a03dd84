"""Devices, the ledger of what arrived, and the segments and rollups made from it."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinicity.privacy.fields import EncryptedBytesField, EncryptedCharField
from patients.models import BASE, PatientRecord


class Device(PatientRecord):
    """Something that measures one patient."""

    name = EncryptedCharField(max_length=100)
    model = models.CharField(max_length=100, blank=True, default="")
    registered_by = models.UUIDField()
    revoked_at = models.DateTimeField(null=True)

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("name",)
        plain: ClassVar = (*BASE, "model", "registered_by", "revoked_at")


class IngestBatch(PatientRecord):
    """The ledger: one append-only row for each request. Everything else is made of it.

    `position` counts this patient's batches without gaps. `payload` holds the samples
    as they were accepted, packed; `reasons` the index and reason of each rejected one.
    """

    position = models.PositiveBigIntegerField()
    payload = EncryptedBytesField()
    digest = models.CharField(max_length=64)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, related_name="+")
    source = models.CharField(max_length=40)
    actor_id = models.UUIDField()
    accepted = models.PositiveIntegerField()
    duplicate = models.PositiveIntegerField()
    corrected = models.PositiveIntegerField()
    rejected = models.PositiveIntegerField()
    reasons = models.JSONField(default=list)

    class Meta(PatientRecord.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["patient", "position"], name="ledger_position")
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("payload",)
        plain: ClassVar = (
            *BASE, "position", "digest", "device", "source", "actor_id", "accepted", "duplicate",
            "corrected", "rejected", "reasons",
        )  # fmt: skip


class ReadingSegment(PatientRecord):
    """One device's samples of one metric over one span, packed and sealed."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, related_name="+")
    metric = models.CharField(max_length=40)
    span_start_ms = models.BigIntegerField()
    count = models.PositiveIntegerField()
    position = models.PositiveBigIntegerField()
    samples = EncryptedBytesField()

    class Meta(PatientRecord.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["patient", "metric", "span_start_ms", "device"],
                name="segment_once",
                nulls_distinct=False,
            )
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("samples",)
        plain: ClassVar = (*BASE, "device", "metric", "span_start_ms", "count", "position")


class Rollup(PatientRecord):
    """Count, mean, range and spread of one device's metric in one hour or local day."""

    class Period(models.TextChoices):
        HOUR = "hour", _("hour")
        DAY = "day", _("day")

    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, related_name="+")
    metric = models.CharField(max_length=40)
    period = models.CharField(max_length=4, choices=Period)
    start_at = models.DateTimeField()
    local_date = models.DateField()
    count = models.PositiveIntegerField()
    mean = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    sd = models.FloatField(null=True)

    class Meta(PatientRecord.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["patient", "metric", "period", "start_at", "device"],
                name="rollup_once",
                nulls_distinct=False,
            )
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ()
        plain: ClassVar = (
            *BASE, "device", "metric", "period", "start_at", "local_date", "count", "mean",
            "low", "high", "sd",
        )  # fmt: skip


class LatestReading(PatientRecord):
    """The newest value of each metric, kept so that a list of patients stays cheap."""

    metric = models.CharField(max_length=40)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, related_name="+")
    value = models.FloatField()
    measured_at = models.DateTimeField()
    synced_at = models.DateTimeField()
    implausible = models.BooleanField(default=False)

    class Meta(PatientRecord.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["patient", "metric"], name="latest_once")
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ()
        plain: ClassVar = (
            *BASE, "metric", "device", "value", "measured_at", "synced_at", "implausible",
        )  # fmt: skip
