"""Pharmacogenetic results, as a laboratory reported them. Nothing is worked out from them."""

from datetime import date
from typing import Any
from uuid import UUID

from clinicity.common import clock
from clinicity.common.actors import Actor
from patients.clinical import pharmacogenetics
from patients.models import GeneticResult
from patients.services.chart import OLDEST
from patients.services.items import demand_valid
from patients.services.rows import row_add


def genetic_result_add(
    *,
    by: Actor,
    patient_id: UUID,
    gene: str,
    phenotype: str,
    laboratory: str,
    tested_on: date,
    diplotype: str = "",
    method: str = "",
    document_id: UUID | None = None,
    note: str = "",
) -> GeneticResult:
    fields = genetic_fields(
        gene=gene, diplotype=diplotype, phenotype=phenotype, laboratory=laboratory,
        method=method, tested_on=tested_on, document_id=document_id, note=note,
    )  # fmt: skip
    row = GeneticResult(patient_id=patient_id, recorded_by=by.id, **fields)
    return row_add(by=by, row=row, act="genetic.add")


def genetic_fields(**fields: Any) -> dict[str, Any]:
    fields["gene"] = fields["gene"].strip().upper()
    fields["diplotype"] = fields["diplotype"].replace(" ", "")
    fields["laboratory"] = fields["laboratory"].strip()
    errors: dict[str, str | list[str] | None] = dict(
        pharmacogenetics.faults(fields["gene"], fields["diplotype"], fields["phenotype"])
    )
    if not fields["laboratory"]:
        errors["laboratory"] = "Name the laboratory."
    if not OLDEST <= fields["tested_on"] <= clock.now().date():
        errors["tested_on"] = "Give a date until today."
    demand_valid(errors)
    return fields
