"""Two records of one person."""

from typing import ClassVar
from uuid import UUID

from django.db import models

from patients.models.people import BASE, Patient, PatientRecord


def record_ids(patient_id: UUID) -> list[UUID]:
    """The patient's record and those that are merged into it. Call it while acting."""
    merged = PatientAlias.objects.filter(patient_id=patient_id, undone_at__isnull=True)
    return [patient_id, *merged.order_by("id").values_list("merged_id", flat=True)]


class PatientAlias(PatientRecord):
    """That another record (`merged`) is the same person as `patient`.

    No row moves: who sees the patient sees the rows of both, and who asks for the merged
    record is led to this one. Undoing it is one moment.
    """

    merged = models.ForeignKey(Patient, on_delete=models.PROTECT, related_name="+")
    made_by = models.UUIDField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.UUIDField(null=True)

    class Meta(PatientRecord.Meta):
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["merged"],
                name="merged_into_one",
                condition=models.Q(undone_at__isnull=True),
            ),
            models.CheckConstraint(
                name="merged_not_itself", condition=~models.Q(merged=models.F("patient"))
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["patient", "merged"], name="alias_by_patient")
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ()
        plain: ClassVar = (*BASE, "merged", "made_by", "undone_at", "undone_by")
