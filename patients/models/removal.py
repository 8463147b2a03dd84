"""What is removed of a patient's data, by whose decision, how far it is, and the proof.

An order stands beside the decision that wants it, in one transaction. One step for each
store counts what is there before it is removed; the report is filed once all are through.
"""

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from clinicity.privacy.fields import EncryptedTextField
from patients.models.consent import Purpose
from patients.models.people import BASE, PatientRecord


class Removal(PatientRecord):
    """The order of work: of whom, what for, and what became of it.

    `subjects` are the patient and the records that were merged into theirs. The reason is
    sealed under the system's key: the patient's may be gone by then.
    """

    class Kind(models.TextChoices):
        WITHDRAWAL = "withdrawal", _("a consent was withdrawn")
        ERASURE = "erasure", _("the person was erased")
        RETENTION = "retention", _("the time of keeping was over")

    class Basis(models.TextChoices):
        """Why the law lets a record be erased, or demands it (GDPR articles 6, 17 and 18)."""

        REQUEST = "request", _("the person asked for it (GDPR 17(1)(b), (c))")
        UNLAWFUL = "unlawful", _("it should never have been kept (GDPR 17(1)(d))")
        OBLIGATION = "obligation", _("a law or court demands it (GDPR 17(1)(e))")
        PURPOSE_OVER = "purpose_over", _("it is needed no more (GDPR 17(1)(a))")

    kind = models.CharField(max_length=10, choices=Kind)
    purpose = models.CharField(max_length=20, choices=Purpose, blank=True, default="")
    consent_id = models.UUIDField(null=True)
    subjects = ArrayField(models.UUIDField())
    # The apps whose stores are gone through, in this order only as to the last.
    parts = ArrayField(models.CharField(max_length=20))
    basis = models.CharField(max_length=12, choices=Basis, blank=True, default="")
    reason = EncryptedTextField(blank=True, default="")
    # Why it was done before the time of keeping was over.
    override = EncryptedTextField(blank=True, default="")
    keep_until = models.DateTimeField(null=True)
    ordered_by = models.UUIDField()
    # The consent was given again before everything was through.
    cancelled_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta(PatientRecord.Meta):
        indexes: ClassVar = [
            models.Index(
                fields=["patient", "kind"],
                name="removal_open",
                condition=models.Q(finished_at__isnull=True),
            )
        ]
        constraints: ClassVar = [
            *PatientRecord.Meta.constraints,
            models.CheckConstraint(
                name="removal_purpose_of_withdrawal",
                condition=models.Q(kind="withdrawal", consent_id__isnull=False)
                & ~models.Q(purpose="")
                | ~models.Q(kind="withdrawal") & models.Q(purpose=""),
            ),
        ]

    class Privacy:
        subject: ClassVar = None
        protected: ClassVar = ("reason", "override")
        plain: ClassVar = (
            *BASE, "kind", "purpose", "consent_id", "subjects", "parts", "basis", "keep_until",
            "ordered_by", "cancelled_at", "finished_at",
        )  # fmt: skip

    @property
    def plan(self) -> str:
        """Under which word an app finds the stores that it goes through."""
        return self.purpose or self.Kind.ERASURE.value

    @property
    def is_erasure(self) -> bool:
        return self.kind != self.Kind.WITHDRAWAL


class RemovalStep(PatientRecord):
    """One store of one removal: what was there before, and when nothing was any more.

    `found` is counted once and kept: a worker that dies halfway hides nothing.
    """

    removal = models.ForeignKey(Removal, on_delete=models.PROTECT, related_name="steps")
    part = models.CharField(max_length=20)
    store = models.CharField(max_length=40)
    # Kind of thing → how many; ids and words of patients never.
    found = models.JSONField(default=dict)
    done_at = models.DateTimeField(null=True)

    class Meta(PatientRecord.Meta):
        constraints: ClassVar = [
            *PatientRecord.Meta.constraints,
            models.UniqueConstraint(
                fields=["removal", "part", "store"], name="removal_store_once"
            ),
        ]

    class Privacy:
        subject: ClassVar = None
        protected: ClassVar = ()
        plain: ClassVar = (*BASE, "removal", "part", "store", "found", "done_at")


class DeletionReport(PatientRecord):
    """What was removed, what must not be found any more, and what was kept. Append-only.

    The digest stands in the audit trail, too, whose chain shows whether either was altered.
    """

    removal = models.OneToOneField(Removal, on_delete=models.PROTECT, related_name="report")
    kind = models.CharField(max_length=10, choices=Removal.Kind)
    purpose = models.CharField(max_length=20, choices=Purpose, blank=True, default="")
    # From when on a purpose's data may not have come in.
    since = models.DateTimeField()
    # Store → kind of thing → how many.
    removed = models.JSONField(default=dict)
    # Store → the pseudonyms under which a verifier looks, and must find nothing.
    absent = models.JSONField(default=dict)
    # Codes of `patients.removal_presenter.KEPT`.
    kept = models.JSONField(default=list)
    keep_until = models.DateTimeField(null=True)
    # Name and version of each model that was trained on the patient's data.
    models_trained = models.JSONField(default=list)
    given_again = models.BooleanField(default=False)
    digest = models.CharField(max_length=64)

    class Privacy:
        subject: ClassVar = None
        protected: ClassVar = ()
        plain: ClassVar = (
            *BASE, "removal", "kind", "purpose", "since", "removed", "absent", "kept",
            "keep_until", "models_trained", "given_again", "digest",
        )  # fmt: skip


class LegalHold(PatientRecord):
    """A reason for which nothing of a patient may be erased, until it is lifted."""

    reason = EncryptedTextField()
    placed_by = models.UUIDField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.UUIDField(null=True)
    lifted_why = EncryptedTextField(blank=True, default="")

    class Meta(PatientRecord.Meta):
        constraints: ClassVar = [
            *PatientRecord.Meta.constraints,
            models.CheckConstraint(
                name="hold_lifted_by_someone",
                condition=models.Q(lifted_at__isnull=True, lifted_by__isnull=True)
                | models.Q(lifted_at__isnull=False, lifted_by__isnull=False),
            ),
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("reason", "lifted_why")
        plain: ClassVar = (*BASE, "placed_by", "lifted_at", "lifted_by")
