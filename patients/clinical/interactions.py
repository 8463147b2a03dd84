"""Interactions among the drugs that someone takes, and with their allergies.

A check tells what it found, which tables it looked into, and what it could not look at:
an empty list never reassures.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import combinations
from typing import Any

from patients.clinical.drugs import Drug, Identity, identify, members_of
from patients.clinical.tables import document_of

TABLES = ("onc.toml", "psychotropic.toml")
SEVERITIES = ("critical", "high", "medium", "low")
# Classes within which one allergy may mean another, with what is known of it.
CROSS = {
    "penicillin": ("beta_lactam", "Beta-lactams cross-react in a few percent"),
    "cephalosporin": ("beta_lactam", "Beta-lactams cross-react in a few percent"),
    "carbapenem": ("beta_lactam", "Beta-lactams cross-react in a few percent"),
    "nsaid": ("nsaid", "NSAIDs often cross-react"),
    "salicylate": ("nsaid", "Aspirin and NSAIDs often cross-react"),
    "sulfonamide_antibiotic": ("sulfonamide_antibiotic", "Sulfonamide antibiotics cross-react"),
    "macrolide": ("macrolide", "Macrolides may cross-react"),
    "fluoroquinolone": ("fluoroquinolone", "Fluoroquinolones may cross-react"),
    "tetracycline": ("tetracycline", "Tetracyclines may cross-react"),
    "opioid": ("opioid", "Opioids may cross-react within a chemical class"),
}
AROMATIC = frozenset(
    ("carbamazepine", "oxcarbazepine", "phenytoin", "fosphenytoin", "phenobarbital",
     "primidone", "lamotrigine")
)  # fmt: skip
# How an allergy names a whole class.
CLASS_WORDS = {
    "penicillin": "penicillin", "penicillins": "penicillin", "cephalosporin": "cephalosporin",
    "cephalosporins": "cephalosporin", "nsaid": "nsaid", "nsaids": "nsaid",
    "sulfonamide": "sulfonamide_antibiotic", "sulfonamides": "sulfonamide_antibiotic",
    "sulfa": "sulfonamide_antibiotic", "sulpha": "sulfonamide_antibiotic",
    "sulfa drugs": "sulfonamide_antibiotic", "macrolide": "macrolide",
    "macrolides": "macrolide", "quinolones": "fluoroquinolone",
    "fluoroquinolones": "fluoroquinolone", "tetracyclines": "tetracycline",
    "opioids": "opioid", "opiates": "opioid", "beta-lactams": "beta_lactam",
    "ace inhibitors": "ace_inhibitor", "statins": "statin", "ssris": "ssri",
}  # fmt: skip
NOT_COVERED = (
    "Dose, route, duration and the time since a drug was stopped aren't looked at.",
    "Food, alcohol, tobacco, herbs and drugs that nobody entered aren't looked at.",
    "Only the tables named here were searched; they are short lists, no compendium.",
)


@dataclass(frozen=True)
class Taken:
    """One medication on the list. `key` is the caller's own name for the row."""

    key: str
    name: str
    rxcui: str = ""

    @property
    def identity(self) -> Identity:
        return identify(self.name, self.rxcui)


@dataclass(frozen=True)
class Table:
    name: str
    version: str
    source: str
    scope: str
    rules: int


@dataclass(frozen=True)
class Finding:
    """One interaction between two entries of the list, or of an entry with an allergy."""

    keys: tuple[str, str]
    names: tuple[str, str]
    severity: str
    effect: str
    advice: str
    source: str
    table: str


@dataclass(frozen=True)
class Check:
    """What was found, in which tables, and what remained unseen."""

    findings: tuple[Finding, ...]
    checked: tuple[str, ...]
    unchecked: tuple[str, ...]
    not_covered: tuple[str, ...]
    tables: tuple[Table, ...]


@dataclass(frozen=True)
class _Rule:
    a: frozenset[str]
    b: frozenset[str]
    severity: str
    effect: str
    advice: str
    source: str
    table: str

    def joins(self, one: str, other: str) -> bool:
        return (one in self.a and other in self.b) or (one in self.b and other in self.a)


@cache
def tables() -> tuple[Table, ...]:
    return tuple(
        Table(raw["name"], raw["version"], raw["source"], raw["scope"], len(_rules_of(name)))
        for name in TABLES
        for raw in [document_of(name)]
    )


@cache
def _rules_of(name: str) -> tuple[_Rule, ...]:
    raw = document_of(name)
    groups = raw.get("groups", {})
    return tuple(
        _Rule(
            _expanded(rule["a"], groups), _expanded(rule["b"], groups), rule["severity"],
            rule["effect"], rule.get("advice", ""), rule.get("source", raw["source"]),
            raw["name"],
        )
        for rule in raw["rules"]
    )  # fmt: skip


def _expanded(words: Iterable[str], groups: Mapping[str, Any]) -> frozenset[str]:
    names: set[str] = set()
    for word in words:
        kind, _, value = word.partition(":")
        if kind == "class":
            names |= {drug.name for drug in members_of(value)}
        elif kind == "group":
            names |= set(groups[value])
        else:
            names.add(word)
    return frozenset(names)


def between(one: Drug, other: Drug) -> list[_Rule]:
    """The rules that join two ingredients. The same ingredient twice is no interaction."""
    if one.name == other.name:
        return []
    every = (rule for name in TABLES for rule in _rules_of(name))
    return [rule for rule in every if rule.joins(one.name, other.name)]


def interactions(taken: Sequence[Taken]) -> Check:
    """Every pair of the list against every table, the severest first."""
    found = [
        finding
        for one, other in combinations(taken, 2)
        for finding in _pair_findings(one, other)
    ]
    return _check(taken, found)


def _pair_findings(one: Taken, other: Taken) -> list[Finding]:
    best: dict[str, Finding] = {}
    for a in one.identity.drugs:
        for b in other.identity.drugs:
            for rule in between(a, b):
                finding = Finding(
                    (one.key, other.key), (one.name, other.name), rule.severity, rule.effect,
                    rule.advice, rule.source, rule.table,
                )  # fmt: skip
                best.setdefault(f"{rule.table} {rule.effect}", finding)
    return _without_doubles(list(best.values()))


def _without_doubles(found: list[Finding]) -> list[Finding]:
    """Two tables may tell of the same QT pair: keep the one that also says what to do."""
    qt = [finding for finding in found if "QT interval" in finding.effect]
    drop = [finding for finding in qt if not finding.advice] if len(qt) > 1 else []
    return [finding for finding in found if finding not in drop]


def duplicates(taken: Sequence[Taken]) -> list[tuple[Taken, Taken]]:
    """Entries that hold the same ingredient."""
    return [
        (one, other)
        for one, other in combinations(taken, 2)
        if {drug.name for drug in one.identity.drugs}
        & {drug.name for drug in other.identity.drugs}
    ]


def allergy_check(allergies: Sequence[Taken], taken: Sequence[Taken]) -> Check:
    """Each allergy against each medication: same ingredient, same class, known cross-reaction.

    `Taken` stands for an allergy as well: its name is the substance.
    """
    found = [
        finding
        for allergy in allergies
        for medication in taken
        if (finding := _allergy_finding(allergy, medication))
    ]
    unknown = tuple(
        f"Allergy to {allergy.name}: no drug or class that the table knows."
        for allergy in allergies
        if not allergy.identity.drugs and not _class_of(allergy.name)
    )
    check = _check(taken, found)
    extra = ("Excipients, vaccines and foods aren't looked at.",)
    return Check(check.findings, check.checked, check.unchecked, (*unknown, *extra), ())


def _allergy_finding(allergy: Taken, medication: Taken) -> Finding | None:
    for drug in medication.identity.drugs:
        if reason := _allergy_reason(allergy, drug):
            severity, effect = reason
            return Finding(
                (allergy.key, medication.key), (allergy.name, medication.name), severity,
                effect, "Ask what the reaction was before it is given.",
                "Ingredient and class, drugs.tsv", "Allergies",
            )  # fmt: skip
    return None


def _allergy_reason(allergy: Taken, drug: Drug) -> tuple[str, str] | None:
    group = _class_of(allergy.name)
    if group and group in drug.classes:
        return "critical", f"{drug.name.capitalize()} is one of the class of this allergy."
    for known in allergy.identity.drugs:
        if known.name == drug.name:
            return "critical", "The same ingredient as the allergy."
        if {known.name, drug.name} <= AROMATIC:
            return "high", "Aromatic antiepileptics can cross-react with severe rash."
    return _cross_reason(group, allergy.identity.drugs, drug)


def _cross_reason(group: str, known: Sequence[Drug], drug: Drug) -> tuple[str, str] | None:
    classes = {group} if group else {name for one in known for name in one.classes}
    for name in classes & set(CROSS):
        family, words = CROSS[name]
        if name in drug.classes:
            return "critical", f"Same class as the allergy. {words}."
        if family in drug.classes:
            return "high", f"Related to the allergy. {words}."
    return None


def _class_of(substance: str) -> str:
    return CLASS_WORDS.get(" ".join(substance.casefold().split()), "")


def _check(taken: Sequence[Taken], found: Sequence[Finding]) -> Check:
    known = [one for one in taken if one.identity.is_known]
    unknown = [one.name for one in taken if not one.identity.is_known]
    order = sorted(found, key=lambda finding: SEVERITIES.index(finding.severity))
    told = tuple(f"{name}: no table knows it, so it was not checked." for name in unknown)
    return Check(
        tuple(order), tuple(one.name for one in known), tuple(unknown),
        (*told, *NOT_COVERED), tables(),
    )  # fmt: skip
