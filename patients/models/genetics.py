"""Pharmacogenetic results, as the laboratory reported them."""

from typing import ClassVar

from django.db import models

from clinicity.privacy.fields import EncryptedCharField, EncryptedDateField, EncryptedTextField
from patients.models.chart import CHART, ChartItem


class GeneticResult(ChartItem):
    """A gene's alleles and the phenotype that the laboratory gave for them."""

    TOPIC = "genetic"
    EDITABLE = (
        "gene", "diplotype", "phenotype", "laboratory", "method", "tested_on", "document_id",
        "note",
    )  # fmt: skip

    gene = EncryptedCharField(max_length=20)
    diplotype = EncryptedCharField(max_length=60, blank=True, default="")
    phenotype = EncryptedCharField(max_length=60)
    laboratory = EncryptedCharField(max_length=120)
    method = EncryptedCharField(max_length=200, blank=True, default="")
    tested_on = EncryptedDateField()
    document_id = models.UUIDField(null=True)
    note = EncryptedTextField(blank=True, default="")

    class Privacy:
        subject: ClassVar = "patient_id"
        protected: ClassVar = (
            "gene", "diplotype", "phenotype", "laboratory", "method", "tested_on", "note",
        )  # fmt: skip
        plain: ClassVar = (*CHART, "document_id")
