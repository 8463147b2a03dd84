"""What a patient agrees to, decision by decision."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from clinicity.privacy.fields import EncryptedTextField
from patients.models.people import BASE, PatientRecord


class Purpose(models.TextChoices):
    """For what the patient's data may be used (DESIGN §4)."""

    CARE = "care", _("care")
    MONITORING = "monitoring", _("monitoring with devices")
    RESEARCH = "research", _("research")
    TRAINING = "training", _("training of models")
    EXTERNAL_LLM = "external_llm", _("language models outside the clinic")
    MESSAGING = "messaging", _("messages by e-mail and SMS")


class Consent(PatientRecord):
    """One decision about one purpose. Append-only: the newest counts.

    `Patient.consents` holds what the newest decisions agree to.
    """

    class Source(models.TextChoices):
        """How the decision reached us."""

        REGISTRATION = "registration", _("at registration")
        PAPER = "paper", _("signed on paper")
        SPOKEN = "spoken", _("said to a clinician")
        ONLINE = "online", _("on the patient's own page")

    purpose = models.CharField(max_length=20, choices=Purpose)
    given = models.BooleanField()
    decided_at = models.DateTimeField()
    source = models.CharField(max_length=12, choices=Source)
    # Which text the person read. The texts are in `patients/consents/`.
    text_version = models.CharField(max_length=20, blank=True, default="")
    note = EncryptedTextField(blank=True, default="")
    recorded_by = models.UUIDField()

    class Meta(PatientRecord.Meta):
        indexes: ClassVar = [
            models.Index(fields=["patient", "purpose", "-id"], name="consent_newest")
        ]

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = ("note",)
        plain: ClassVar = (
            *BASE, "purpose", "given", "decided_at", "source", "text_version", "recorded_by",
        )  # fmt: skip
