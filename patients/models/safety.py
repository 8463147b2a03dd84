"""The safety plan: six steps that a person and their clinician wrote together.

Structure after Stanley B, Brown GK, Cogn Behav Pract 2012;19:256-264,
doi:10.1016/j.cbpra.2011.01.001. Headings and hints are our own words.
"""

from typing import ClassVar

from django.db import models

from clinicity.privacy.fields import EncryptedJSONField, EncryptedTextField
from patients.models.people import ITEM, PatientItem

STEPS = (
    "warning_signs", "coping", "distraction", "people", "professionals", "means_safety",
)  # fmt: skip


class SafetyPlan(PatientItem):
    """One version of the plan, never changed: the newest is the one that holds."""

    version = models.PositiveIntegerField()
    # {step: [{"text": …, "phone": …}]}
    steps = EncryptedJSONField(default=dict)
    note = EncryptedTextField(blank=True, default="")
    made_by = models.UUIDField()

    class Meta(PatientItem.Meta):
        constraints: ClassVar = [
            *PatientItem.Meta.constraints,
            models.UniqueConstraint(fields=["patient", "version"], name="safety_plan_version"),
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("steps", "note")
        plain: ClassVar = (*ITEM, "version", "made_by")
