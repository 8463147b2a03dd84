"""Devices, imports, the ledger of what arrived, and what is made from it."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from clinicity.privacy.fields import (
    EncryptedBytesField,
    EncryptedCharField,
    EncryptedJSONField,
    EncryptedTextField,
)
from patients.models import BASE, PatientRecord


class Device(PatientRecord):
    """Something that measures one patient.

    A paired device holds a token for its patient's readings and nothing else; the token
    carries `token_version`, so that raising it ends every token given out before.
    """

    class Kind(models.TextChoices):
        WATCH = "watch", _("watch or band")
        PHONE = "phone", _("phone")
        ACTIGRAPH = "actigraph", _("actigraph")
        SCALE = "scale", _("scale")
        CUFF = "cuff", _("blood pressure cuff")
        OTHER = "other", _("other")

    name = EncryptedCharField(max_length=100)
    serial_number = EncryptedCharField(max_length=100, null=True)
    kind = models.CharField(max_length=20, choices=Kind, default=Kind.OTHER)
    model = models.CharField(max_length=100, blank=True, default="")
    registered_by = models.UUIDField()
    revoked_at = models.DateTimeField(null=True)
    paired_at = models.DateTimeField(null=True)
    token_version = models.PositiveIntegerField(default=0)
    last_seen_at = models.DateTimeField(null=True)
    battery_percent = models.FloatField(null=True)
    # How far its clock runs ahead of ours (negative: behind), and when that was seen.
    clock_skew_ms = models.BigIntegerField(null=True)
    clock_skew_at = models.DateTimeField(null=True)

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("name", "serial_number")
        plain: ClassVar = (
            *BASE, "kind", "model", "registered_by", "revoked_at", "paired_at",
            "token_version", "last_seen_at", "battery_percent", "clock_skew_ms",
            "clock_skew_at",
        )  # fmt: skip


class PairingCode(PatientRecord):
    """A code that a device shows once to be given its token. Kept by its HMAC only."""

    device = models.ForeignKey(Device, on_delete=models.PROTECT, related_name="+")
    code_index = models.CharField(max_length=64, unique=True)
    made_by = models.UUIDField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ()
        plain: ClassVar = (*BASE, "device", "code_index", "made_by", "expires_at", "used_at")


class DevicePrecedence(PatientRecord):
    """Which of several devices speaks for a metric: the first of `devices` that has data.

    An empty `metric` stands for every metric without a row of its own.
    """

    metric = models.CharField(max_length=40, blank=True, default="")
    devices = ArrayField(models.UUIDField(), default=list)

    class Meta(PatientRecord.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["patient", "metric"], name="precedence_once")
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ()
        plain: ClassVar = (*BASE, "metric", "devices")


class ImportUpload(PatientRecord):
    """A file that a browser sends in parts, to be imported once it is whole.

    The parts lie sealed on disk under the row's id; `received` counts the bytes that are
    there, without a gap. The row stays when they are removed.
    """

    name = EncryptedCharField(max_length=255)
    size = models.PositiveBigIntegerField()
    received = models.PositiveBigIntegerField(default=0)
    # SHA-256 of the whole file, once it is whole.
    digest = models.CharField(max_length=64, blank=True, default="")
    # Codes of the importers that recognise the content, and the people it is about.
    formats = ArrayField(models.CharField(max_length=40), default=list)
    people = EncryptedJSONField(null=True)
    uploaded_by = models.UUIDField()
    finished_at = models.DateTimeField(null=True)
    removed_at = models.DateTimeField(null=True)

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("name", "people")
        plain: ClassVar = (
            *BASE, "size", "received", "digest", "formats", "uploaded_by", "finished_at",
            "removed_at",
        )  # fmt: skip


class ImportRun(PatientRecord):
    """One file or folder that is read into a patient's readings, and how far it has come.

    `position` counts the records that are stored, in the file's own order: it is written
    with the samples, in one transaction, so that an import goes on exactly there.
    """

    class State(models.TextChoices):
        QUEUED = "queued", _("waiting")
        RUNNING = "running", _("running")
        PAUSED = "paused", _("paused")
        DONE = "done", _("done")
        FAILED = "failed", _("stopped by a fault")
        CANCELLED = "cancelled", _("cancelled")

    importer = models.CharField(max_length=40)
    source_name = EncryptedCharField(max_length=255)
    # The upload's id; empty for a path on the server, which a command put into `options`.
    file_key = models.CharField(max_length=100, blank=True, default="")
    file_size = models.PositiveBigIntegerField(default=0)
    file_digest = models.CharField(max_length=64, blank=True, default="")
    options = EncryptedJSONField(null=True)
    dry_run = models.BooleanField(default=False)
    state = models.CharField(max_length=20, choices=State, default=State.QUEUED)
    position = models.PositiveBigIntegerField(default=0)
    progress = models.FloatField(default=0.0)
    accepted = models.PositiveBigIntegerField(default=0)
    duplicate = models.PositiveBigIntegerField(default=0)
    corrected = models.PositiveBigIntegerField(default=0)
    rejected = models.PositiveBigIntegerField(default=0)
    # Metric → [samples, first ms, last ms]; other records by the file's own name for them.
    found = models.JSONField(default=dict)
    ignored = models.JSONField(default=dict)
    # The first rejected records with their reasons, and the sentence that stopped it.
    reasons = EncryptedJSONField(null=True)
    error = EncryptedTextField(null=True)
    requested_by = models.UUIDField()
    job_id = models.UUIDField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    @property
    def is_open(self) -> bool:
        """Whether somebody works on it, or will in a moment."""
        return self.state in (self.State.QUEUED, self.State.RUNNING)

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("source_name", "options", "reasons", "error")
        plain: ClassVar = (
            *BASE, "importer", "file_key", "file_size", "file_digest", "dry_run", "state",
            "position", "progress", "accepted", "duplicate", "corrected", "rejected", "found",
            "ignored", "requested_by", "job_id", "started_at", "finished_at",
        )  # fmt: skip


class IngestBatch(PatientRecord):
    """The ledger: one append-only row for each request. Everything else is made of it.

    `position` counts this patient's rows without gaps. `payload` holds the samples as
    they were accepted, packed; `reasons` index, field and reason of each rejected one.
    The only change that the database lets through is a redaction: a payload without what
    was removed for good, with a digest of its own beside the receipt's.
    """

    class Kind(models.TextChoices):
        ADD = "add", _("readings")
        # The payload names the samples that are void from here on, or valid again.
        ERROR = "error", _("entered in error")
        RESTORE = "restore", _("restored")
        MOVED_OUT = "moved_out", _("moved to another patient")
        MOVED_IN = "moved_in", _("moved from another patient")

    patient = models.ForeignKey(
        "patients.Patient", on_delete=models.PROTECT, related_name="+", db_index=False
    )
    position = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=10, choices=Kind, default=Kind.ADD)
    payload = EncryptedBytesField()
    digest = models.CharField(max_length=64)
    device = models.ForeignKey(
        Device, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    source = models.CharField(max_length=40)
    actor_id = models.UUIDField()
    import_run = models.ForeignKey(
        ImportRun, on_delete=models.PROTECT, null=True, related_name="+", db_index=False
    )
    metrics = ArrayField(models.CharField(max_length=40), default=list)
    first_ms = models.BigIntegerField(null=True)
    last_ms = models.BigIntegerField(null=True)
    accepted = models.PositiveIntegerField()
    duplicate = models.PositiveIntegerField()
    corrected = models.PositiveIntegerField()
    rejected = models.PositiveIntegerField()
    implausible = models.PositiveIntegerField(default=0)
    reasons = EncryptedJSONField(null=True)
    redacted_at = models.DateTimeField(null=True)
    redacted_digest = models.CharField(max_length=64, blank=True, default="")

    class Meta(PatientRecord.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["patient", "position"], name="ledger_position")
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["import_run"],
                name="ledger_by_import",
                condition=models.Q(import_run__isnull=False),
            )
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("payload", "reasons")
        plain: ClassVar = (
            *BASE, "position", "kind", "digest", "device", "source", "actor_id", "import_run",
            "metrics", "first_ms", "last_ms", "accepted", "duplicate", "corrected",
            "rejected", "implausible", "redacted_at", "redacted_digest",
        )  # fmt: skip


class ReadingsRemoval(PatientRecord):
    """Readings that were removed for good, and the report of it.

    While it stands (`lifted_at` is null) a device that sends the same time again is
    refused: what was removed does not come back. Empty `metrics` stand for all.
    """

    class Ground(models.TextChoices):
        CONSENT_WITHDRAWN = "consent_withdrawn", _("consent was withdrawn")
        ERASURE = "erasure", _("erasure was asked for")

    ground = models.CharField(max_length=20, choices=Ground)
    reason = EncryptedTextField()
    metrics = ArrayField(models.CharField(max_length=40), default=list)
    device = models.ForeignKey(Device, on_delete=models.PROTECT, null=True, related_name="+")
    start_ms = models.BigIntegerField(null=True)
    end_ms = models.BigIntegerField(null=True)
    removed_by = models.UUIDField()
    samples = models.PositiveBigIntegerField()
    ledger_rows = models.PositiveIntegerField()
    segments = models.PositiveIntegerField()
    rollups = models.PositiveIntegerField()
    # Metric → how many of its samples were removed.
    counts = models.JSONField(default=dict)
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.UUIDField(null=True)

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("reason",)
        plain: ClassVar = (
            *BASE, "ground", "metrics", "device", "start_ms", "end_ms", "removed_by",
            "samples", "ledger_rows", "segments", "rollups", "counts", "lifted_at",
            "lifted_by",
        )  # fmt: skip


class DerivedRecord(PatientRecord):
    """A row that is made of the ledger, and can be made again.

    The ledger holds the constraints to patient and device; here each would cost a look-up
    for every row of a batch, and an index beside the one that leads by the patient.
    """

    patient = models.ForeignKey(
        "patients.Patient", on_delete=models.PROTECT, related_name="+", db_index=False,
        db_constraint=False,
    )  # fmt: skip
    device = models.ForeignKey(
        Device, on_delete=models.PROTECT, null=True, related_name="+", db_index=False,
        db_constraint=False,
    )  # fmt: skip

    class Meta(PatientRecord.Meta):
        abstract = True


class ReadingSegment(DerivedRecord):
    """One device's samples of one metric over one span, packed and sealed.

    `count` counts those that are valid; void ones stay inside, so that a device which
    sends them again does not bring them back.
    """

    metric = models.CharField(max_length=40)
    span_start_ms = models.BigIntegerField()
    count = models.PositiveIntegerField()
    position = models.PositiveBigIntegerField()
    samples = EncryptedBytesField()

    class Meta(DerivedRecord.Meta):
        abstract = False
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


class Rollup(DerivedRecord):
    """Count, mean, range and spread of one device's metric in one hour or local day.

    Values outside the plausible range are in the figures, and counted in `implausible`.
    """

    class Period(models.TextChoices):
        HOUR = "hour", _("hour")
        DAY = "day", _("day")

    metric = models.CharField(max_length=40)
    period = models.CharField(max_length=4, choices=Period)
    start_at = models.DateTimeField()
    local_date = models.DateField()
    count = models.PositiveIntegerField()
    mean = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    sd = models.FloatField(null=True)
    implausible = models.PositiveIntegerField(default=0)

    class Meta(DerivedRecord.Meta):
        abstract = False
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
            "low", "high", "sd", "implausible",
        )  # fmt: skip


class LatestReading(DerivedRecord):
    """The newest value of each metric, kept so that a list of patients stays cheap."""

    metric = models.CharField(max_length=40)
    value = models.FloatField()
    measured_at = models.DateTimeField()
    synced_at = models.DateTimeField()
    implausible = models.BooleanField(default=False)

    class Meta(DerivedRecord.Meta):
        abstract = False
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["patient", "metric"], name="latest_once")
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ()
        plain: ClassVar = (
            *BASE, "metric", "device", "value", "measured_at", "synced_at", "implausible",
        )  # fmt: skip
