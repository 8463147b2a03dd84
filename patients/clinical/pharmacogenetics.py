"""Which medications a CPIC guideline speaks about, beside the genes that were tested.

This only looks up pairs in CPIC's table; nothing is inferred, by a model or otherwise.
What a result means for a dose is read in the guideline that is cited.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from patients.clinical.drugs import identify
from patients.clinical.tables import lines_of

VERSION = "2026-11-25"
GENES = ("CYP2D6", "CYP2C19", "CYP2B6", "HLA-A", "HLA-B")
METABOLIZERS = (
    "Ultrarapid Metabolizer", "Rapid Metabolizer", "Normal Metabolizer",
    "Likely Intermediate Metabolizer", "Intermediate Metabolizer",
    "Likely Poor Metabolizer", "Poor Metabolizer", "Indeterminate",
)  # fmt: skip
CARRIERS = ("positive", "negative", "indeterminate")
# CPIC speaks of these alleles; another allele of the gene is kept, and told as not spoken of.
RISK_ALLELES = {"HLA-A": ("*31:01",), "HLA-B": ("*15:02", "*57:01", "*58:01")}
STAR = re.compile(r"\*\d{1,3}[A-Z]?(?:x(?:N|\d{1,2}|≥\d))?(?:\s*\+\s*\*\d{1,3}[A-Z]?)*")
HLA = re.compile(r"\*\d{2,3}:\d{2,3}(?::\d{2,3}){0,2}")
NOT_COVERED = (
    "Only CYP2D6, CYP2C19, CYP2B6, HLA-A and HLA-B, and CPIC pairs of levels A, A/B and B.",
    "A laboratory reports the alleles that it looked for; an allele that it didn't look for reads as normal.",
    "Other drugs that change an enzyme's activity aren't taken into account here.",
)


@dataclass(frozen=True)
class Pair:
    """A gene and a drug that CPIC speaks about together."""

    gene: str
    drug: str
    level: str
    status: str
    guideline: str
    pubmed: tuple[str, ...]


@dataclass(frozen=True)
class Tested:
    """A result of the chart, as far as it matters here."""

    key: str
    gene: str
    diplotype: str
    phenotype: str


@dataclass(frozen=True)
class Mark:
    """A medication beside a gene: what CPIC says where, and this person's result if there."""

    medication: str
    pair: Pair
    result: Tested | None


@cache
def pairs() -> tuple[Pair, ...]:
    return tuple(
        Pair(gene, identify(drug, code).drugs[0].name if identify(drug, code).drugs else drug,
             level, status, guideline, tuple(pubmed.split()))
        for gene, drug, code, level, status, guideline, pubmed in lines_of("cpic.tsv")
    )  # fmt: skip


def marks(medications: Sequence[tuple[str, str]], tested: Sequence[Tested]) -> list[Mark]:
    """Each medication (name, RxNorm) with each CPIC pair; `result` is the newest of its gene.

    `tested` comes newest first.
    """
    newest: dict[str, Tested] = {}
    for one in tested:
        newest.setdefault(one.gene, one)
    return [
        Mark(name, pair, newest.get(pair.gene))
        for name, code in medications
        for drug in identify(name, code).drugs
        for pair in pairs()
        if pair.drug == drug.name
    ]


def faults(gene: str, diplotype: str, phenotype: str) -> dict[str, str]:
    """What is wrong with a result, by field."""
    if gene not in GENES:
        return {"gene": f"Choose one of {', '.join(GENES)}."}
    found = {}
    if diplotype and not _is_diplotype(gene, diplotype):
        example = "*15:02/*40:01" if gene.startswith("HLA") else "*1/*4"
        found["diplotype"] = f"Write the two alleles like {example}."
    known = CARRIERS if gene.startswith("HLA") else METABOLIZERS
    if phenotype not in known:
        found["phenotype"] = f"Choose one of: {', '.join(known)}."
    return found


def _is_diplotype(gene: str, text: str) -> bool:
    form = HLA if gene.startswith("HLA") else STAR
    alleles = [allele.strip().removeprefix(gene) for allele in text.split("/")]
    allowed = (1, 2) if gene.startswith("HLA") else (2,)
    return len(alleles) in allowed and all(form.fullmatch(allele) for allele in alleles)
