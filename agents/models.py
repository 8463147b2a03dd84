"""Conversations about a patient, the answers with their sources, and clinical notes."""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from clinicity.common.actors import Role
from clinicity.privacy.fields import EncryptedCharField, EncryptedJSONField, EncryptedTextField
from patients.models import BASE, ITEM, PatientItem, PatientRecord, Visibility


class ChatSession(PatientRecord):
    """One person's conversation about one patient. Only who began it reads it."""

    title = EncryptedCharField(max_length=200, blank=True, default="")
    created_by = models.UUIDField()

    class Meta(PatientRecord.Meta):
        indexes: ClassVar = [
            models.Index(fields=["created_by", "patient", "-id"], name="session_newest")
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("title",)
        plain: ClassVar = (*BASE, "created_by")


class Turn(PatientRecord):
    """A question and what became of it. `plan` says who was asked, why, and over what."""

    class State(models.TextChoices):
        REQUESTED = "requested", _("waiting")
        RUNNING = "running", _("running")
        ANSWERED = "answered", _("answered")
        ABSTAINED = "abstained", _("no answer in the record")
        STOPPED = "stopped", _("stopped")
        FAILED = "failed", _("failed")

    ENDED: ClassVar = (State.ANSWERED, State.ABSTAINED, State.STOPPED, State.FAILED)

    session = models.ForeignKey(ChatSession, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    question = EncryptedTextField()
    window_start = models.DateField(null=True)
    window_end = models.DateField(null=True)
    state = models.CharField(max_length=10, choices=State, default=State.REQUESTED)
    asked_by = models.UUIDField()
    asked_as = models.CharField(max_length=20, choices=[(r.value, r.value) for r in Role])
    engine = models.CharField(max_length=20)
    # Until then the process that runs the turn is believed to be alive.
    lease_until = models.DateTimeField(null=True)
    stop_requested_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    plan = EncryptedJSONField(default=dict)
    confidence = EncryptedCharField(max_length=300, blank=True, default="")
    # Role → version and hash of the prompt files that it was asked with.
    prompts = models.JSONField(default=dict)
    evidence_count = models.PositiveIntegerField(default=0)
    # Fault → how many sentences were dropped for it.
    dropped = models.JSONField(default=dict)
    failure = models.CharField(max_length=100, blank=True, default="")

    class Meta(PatientRecord.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["patient", "id"], name="turn_by_patient"),
            models.UniqueConstraint(fields=["session", "number"], name="turn_numbered"),
            models.CheckConstraint(
                name="turn_running_has_lease",
                condition=~models.Q(state="running") | models.Q(lease_until__isnull=False),
            ),
            models.CheckConstraint(
                name="turn_ended_has_time",
                condition=models.Q(state__in=["requested", "running"])
                | models.Q(finished_at__isnull=False),
            ),
            models.CheckConstraint(
                name="turn_window_whole",
                condition=models.Q(window_start__isnull=True, window_end__isnull=True)
                | models.Q(window_start__lte=models.F("window_end")),
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["asked_by", "patient", "-id"], name="turn_newest")
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("question", "plan", "confidence")
        plain: ClassVar = (
            *BASE, "session", "number", "window_start", "window_end", "state", "asked_by",
            "asked_as", "engine", "lease_until", "stop_requested_at", "finished_at", "prompts",
            "evidence_count", "dropped", "failure",
        )  # fmt: skip

    @property
    def has_ended(self) -> bool:
        return self.state in self.ENDED


class AnswerSentence(PatientRecord):
    """One verified sentence of an answer, with the roles that found it."""

    turn = models.ForeignKey(Turn, on_delete=models.PROTECT, related_name="+")
    position = models.PositiveIntegerField()
    part = models.CharField(max_length=10)
    text = EncryptedTextField()
    roles = ArrayField(models.CharField(max_length=40), default=list)

    class Meta(PatientRecord.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["patient", "id"], name="answersentence_by_patient"),
            models.UniqueConstraint(fields=["turn", "position"], name="sentence_placed"),
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("text",)
        plain: ClassVar = (*BASE, "turn", "position", "part", "roles")


class Citation(PatientRecord):
    """The numbered source of a sentence, quoted as it stood when the answer was made."""

    sentence = models.ForeignKey(AnswerSentence, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20)
    source_id = models.CharField(max_length=64)
    label = EncryptedCharField(max_length=300)
    page = models.PositiveIntegerField(null=True)
    quote = EncryptedTextField()
    occurred_at = models.DateTimeField(null=True)
    # Ids, metric names and days that the link to the source needs.
    place = models.JSONField(default=dict)

    class Meta(PatientRecord.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["patient", "id"], name="citation_by_patient"),
            models.UniqueConstraint(fields=["sentence", "number"], name="citation_once"),
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("label", "quote")
        plain: ClassVar = (
            *BASE, "sentence", "number", "kind", "source_id", "page", "occurred_at", "place",
        )  # fmt: skip


class TurnEvent(PatientRecord):
    """What a client that streams a turn is told, numbered so that it can resume."""

    class Kind(models.TextChoices):
        STEP = "step"
        SENTENCE = "sentence"
        DONE = "done"

    turn = models.ForeignKey(Turn, on_delete=models.PROTECT, related_name="+")
    sequence = models.PositiveIntegerField()
    kind = models.CharField(max_length=10, choices=Kind)
    step = models.CharField(max_length=20, blank=True, default="")
    done_count = models.PositiveIntegerField(default=0)
    total_count = models.PositiveIntegerField(default=0)
    sentence = models.ForeignKey(
        AnswerSentence, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta(PatientRecord.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["patient", "id"], name="turnevent_by_patient"),
            models.UniqueConstraint(fields=["turn", "sequence"], name="turn_event_numbered"),
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ()
        plain: ClassVar = (
            *BASE, "turn", "sequence", "kind", "step", "done_count", "total_count", "sentence",
        )  # fmt: skip


class Note(PatientItem):
    """A clinical note. What it says and its state are those of its newest revision."""

    class State(models.TextChoices):
        DRAFT = "draft", _("draft")
        SIGNED = "signed", _("signed")
        AMENDED = "amended", _("amended")

    # For the team until someone releases it.
    visibility = models.CharField(max_length=10, choices=Visibility, default=Visibility.TEAM)
    encounter = models.ForeignKey(
        "patients.Encounter", on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_by = models.UUIDField()

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ()
        plain: ClassVar = (*ITEM, "encounter", "created_by")


class NoteRevision(PatientRecord):
    """One state of a note, append-only. `sections` maps a section to its statements."""

    note = models.ForeignKey(Note, on_delete=models.PROTECT, related_name="+")
    number = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=Note.State)
    sections = EncryptedJSONField()
    reason = EncryptedCharField(max_length=300, blank=True, default="")
    written_by = models.UUIDField()

    class Meta(PatientRecord.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["patient", "id"], name="noterevision_by_patient"),
            models.UniqueConstraint(fields=["note", "number"], name="note_revision_numbered"),
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("sections", "reason")
        plain: ClassVar = (*BASE, "note", "number", "state", "written_by")
