"""Documents of a patient: the file, its pages as read, and the passages made of them."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinicity.privacy.fields import (
    EncryptedCharField,
    EncryptedJSONField,
    EncryptedTextField,
)
from patients.models import BASE, ITEM, PatientItem, PatientRecord, Visibility


class Document(PatientItem):
    """One file of a patient. Its bytes lie encrypted in the file store under `id`."""

    class State(models.TextChoices):
        """The states that `services.transition` knows; each says what is true now."""

        RECEIVED = "received", _("waiting to be read")
        READING = "reading", _("being read")
        READY = "ready", _("ready")
        HELD = "held", _("possibly misfiled")
        FAILED = "failed", _("could not be read")
        DELETED = "deleted", _("deleted")

    class Identity(models.TextChoices):
        """Whether the document speaks of the patient in whose chart it lies."""

        UNCHECKED = "unchecked", _("not checked yet")
        MATCH = "match", _("names this patient")
        NOT_FOUND = "not_found", _("names nobody")
        MISMATCH = "mismatch", _("names someone else")
        ACCEPTED = "accepted", _("accepted by a clinician")

    class Step(models.TextChoices):
        """What is being done to it, in this order."""

        TEXT_LAYER = "text_layer", _("Taking the text layer")
        OCR = "ocr", _("Reading scanned pages")
        IDENTITY = "identity", _("Checking whose document it is")
        CHUNKS = "chunks", _("Cutting passages")
        VECTORS = "vectors", _("Indexing passages")
        GRAPH = "graph", _("Linking to the chart")
        TIMELINE = "timeline", _("Adding to the timeline")

    # For the team until someone releases it.
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.TEAM)
    title = EncryptedCharField(max_length=200)
    filename = EncryptedCharField(max_length=200)
    # A keyed hash of the content: the same file in the same chart is one document.
    digest = models.CharField(max_length=64)
    media_type = models.CharField(max_length=40)
    size = models.PositiveBigIntegerField()
    page_count = models.PositiveIntegerField()
    # When what it tells of happened: the letter's date where it is known.
    occurred_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State, default=State.RECEIVED)
    step = models.CharField(max_length=12, choices=Step, blank=True, default="")
    # A code of `extraction.shapes.Refused`, or the kind of the error.
    failure = models.CharField(max_length=40, blank=True, default="")
    identity = models.CharField(max_length=10, choices=Identity, default=Identity.UNCHECKED)
    identity_by = models.UUIDField(null=True)
    simulated = models.BooleanField()
    uploaded_by = models.UUIDField()
    version = models.PositiveIntegerField(default=1)

    class Meta(PatientItem.Meta):
        indexes: ClassVar = [models.Index(fields=["patient", "-id"], name="document_newest")]
        constraints: ClassVar = [
            *PatientItem.Meta.constraints,
            models.UniqueConstraint(
                fields=["patient", "digest"],
                name="document_once",
                condition=~models.Q(state="deleted"),
            ),
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("title", "filename")
        plain: ClassVar = (
            *ITEM, "digest", "media_type", "size", "page_count", "occurred_at", "state", "step",
            "failure", "identity", "identity_by", "simulated", "uploaded_by", "version",
        )  # fmt: skip

    @property
    def is_evidence(self) -> bool:
        """Whether answers may cite it: read through, and not of somebody else."""
        return self.state == self.State.READY

    @property
    def is_settled(self) -> bool:
        """Whether nothing more happens to it by itself."""
        return self.state not in (self.State.RECEIVED, self.State.READING)


class DocumentPage(PatientRecord):
    """One page as it was read. Boxes of words are in units of `width` and `height`."""

    class Source(models.TextChoices):
        TEXT_LAYER = "text-layer", _("text of the file")
        OCR = "ocr", _("read from the picture")

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="+")
    number = models.PositiveIntegerField()
    width = models.FloatField()
    height = models.FloatField()
    source = models.CharField(max_length=10, choices=Source)
    # From 0 to 1, over the words; null on an empty page.
    confidence = models.FloatField(null=True)
    text = EncryptedTextField()
    # Lists of [text, [left, top, right, bottom], confidence].
    words = EncryptedJSONField()

    class Meta(PatientRecord.Meta):
        constraints: ClassVar = [
            *PatientRecord.Meta.constraints,
            models.UniqueConstraint(fields=["document", "number"], name="page_once"),
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("text", "words")
        plain: ClassVar = (
            *BASE, "document", "number", "width", "height", "source", "confidence",
        )  # fmt: skip


class Chunk(PatientRecord):
    """A passage that can be found and cited: a stretch of one page."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="+")
    page = models.PositiveIntegerField()
    position = models.PositiveIntegerField()
    text = EncryptedTextField()
    # One [left, top, right, bottom] for each line.
    boxes = EncryptedJSONField()

    class Meta(PatientRecord.Meta):
        constraints: ClassVar = [
            *PatientRecord.Meta.constraints,
            models.UniqueConstraint(fields=["document", "page", "position"], name="chunk_once"),
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("text", "boxes")
        plain: ClassVar = (*BASE, "document", "page", "position")
