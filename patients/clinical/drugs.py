"""Which ingredients a medication's name or RxNorm code stands for.

The table holds ingredients, brands and salts that we wrote or looked up. A name that it
doesn't know is told as such: what is unknown can't be checked against anything.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from patients.clinical.tables import lines_of

VERSION = "2026-11-25"
# What follows an ingredient's name and doesn't change which ingredient it is.
SALTS = (
    "hydrochloride|hcl|hydrobromide|sodium|carbonate|citrate|maleate|mesylate|mesilate|"
    "fumarate|hemifumarate|tartrate|oxalate|succinate|besylate|besilate|sulfate|sulphate|"
    "phosphate|decanoate|palmitate|pamoate|embonate|potassium|calcium|acetate|monohydrate"
)
FORMS = (
    "tablets?|tabs?|capsules?|caps?|solution|syrup|injection|depot|patch|oral|liquid|spray|"
    "drops?|xl|xr|sr|er|mr|cr|la|prolonged|modified|extended|release|chrono|odt|film-coated"
)
DOSE = re.compile(r"\d+(?:[.,]\d+)?\s*(?:mg|mcg|ug|µg|g|ml|units?|iu|%)?(?:/\d*\s*\w+)?\b")
TAIL = re.compile(rf"\b(?:{SALTS}|{FORMS})\b")
PARTS = re.compile(r"\s*(?:/|\+| and | with )\s*")
CODE = re.compile(r"\d{1,8}")


@dataclass(frozen=True)
class Drug:
    """An ingredient: `rxcui` is RxNorm's, empty where it wasn't found."""

    name: str
    rxcui: str
    classes: frozenset[str]
    names: tuple[str, ...]


@dataclass(frozen=True)
class Identity:
    """The ingredients that were recognised, and the parts of the name that weren't."""

    drugs: tuple[Drug, ...]
    unknown: tuple[str, ...] = ()

    @property
    def is_known(self) -> bool:
        return bool(self.drugs) and not self.unknown


@cache
def drugs() -> tuple[Drug, ...]:
    return tuple(
        Drug(
            name=name,
            rxcui=rxcui,
            classes=frozenset(filter(None, classes.split(","))),
            names=tuple(filter(None, others.split(","))),
        )
        for name, rxcui, classes, others in lines_of("drugs.tsv")
    )


@cache
def _by_name() -> dict[str, Drug]:
    found = {other: drug for drug in drugs() for other in drug.names}
    return found | {drug.name: drug for drug in drugs()}


@cache
def _by_code() -> dict[str, Drug]:
    return {drug.rxcui: drug for drug in drugs() if drug.rxcui}


@cache
def members_of(group: str) -> tuple[Drug, ...]:
    """Every drug of one of our classes."""
    return tuple(drug for drug in drugs() if group in drug.classes)


@lru_cache(maxsize=4096)
def identify(name: str, rxcui: str = "") -> Identity:
    """What a medication is: by its code where we know that, else by its name."""
    if by_code := _by_code().get(rxcui):
        return Identity((by_code,))
    whole = _named(name)
    if whole:
        return Identity((whole,))
    parts = [part for part in PARTS.split(name.casefold()) if part.strip()]
    found = [(part.strip(), _named(part)) for part in parts]
    return Identity(
        tuple(drug for _, drug in found if drug),
        tuple(part for part, drug in found if drug is None),
    )


def drug_named(name: str) -> Drug | None:
    return _by_name().get(name)


def drug_coded(rxcui: str) -> Drug | None:
    return _by_code().get(rxcui)


def search(text: str, limit: int = 12) -> list[Drug]:
    """Drugs whose name or brand starts with the text, then those that hold it."""
    needle = text.strip().casefold()
    if not needle:
        return []
    ranked = sorted((_rank(drug, needle), drug.name, drug) for drug in drugs())
    return [drug for rank, _, drug in ranked if rank < NO_MATCH][:limit]


NO_MATCH = 9


def _rank(drug: Drug, needle: str) -> int:
    if drug.name.startswith(needle):
        return 0
    if any(name.startswith(needle) for name in drug.names):
        return 1
    return 2 if needle in drug.name else NO_MATCH


def _named(text: str) -> Drug | None:
    """By the name as it stands, then without what stands in brackets, dose, form and salt."""
    plain = " ".join(text.casefold().split())
    bare = re.sub(r"\([^)]*\)", " ", plain)
    undosed = " ".join(DOSE.sub(" ", bare).split())
    unformed = " ".join(TAIL.sub(" ", undosed).split())
    for candidate in (plain, bare.strip(), undosed, unformed):
        if drug := _by_name().get(candidate):
            return drug
    return None
