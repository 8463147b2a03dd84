"""LOINC codes: their check digit, and which analyte a code measures.

The check digit is LOINC's Mod 10 (LOINC Users' Guide, appendix on check digits), which is
Luhn's with the part before the hyphen.
"""

import re
from dataclasses import dataclass
from decimal import Decimal
from functools import cache

from patients.clinical.tables import lines_of

FORM = re.compile(r"(\d{1,7})-(\d)")


@dataclass(frozen=True)
class Analyte:
    """What several codes measure alike. `unit` is that of trends; `molar_mass` in g/mol."""

    key: str
    name: str
    unit: str
    molar_mass: Decimal | None
    codes: tuple[str, ...]


class NotACode(ValueError):
    """The text is no LOINC code."""


@cache
def analytes() -> dict[str, Analyte]:
    return {
        key: Analyte(key, name, unit, Decimal(mass) if mass else None, tuple(codes.split()))
        for key, name, unit, mass, codes in lines_of("analytes.tsv")
    }


@cache
def _by_code() -> dict[str, Analyte]:
    return {code: analyte for analyte in analytes().values() for code in analyte.codes}


def analyte_of(code: str) -> Analyte | None:
    return _by_code().get(code)


def check_digit(number: str) -> int:
    """Luhn's digit for the part before the hyphen."""
    total = 0
    for place, digit in enumerate(reversed(number)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value // 10 + value % 10
    return -total % 10


def normalised(text: str) -> str:
    """The code without spaces. Raises NotACode where form or check digit are wrong."""
    code = "".join(text.split())
    match = FORM.fullmatch(code)
    if not match:
        raise NotACode("Give a LOINC code such as 14334-7: digits, a hyphen, a check digit.")
    if int(match[2]) != check_digit(match[1]):
        raise NotACode(f"{code} isn't a LOINC code: its check digit is wrong. Mistyped?")
    return code
