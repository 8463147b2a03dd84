"""Units of laboratory values: UCUM's form, common spellings, and known conversions.

UCUM: Schadow and McDonald, The Unified Code for Units of Measure, https://ucum.org.
"""

import re
from decimal import Decimal
from typing import Final

# As laboratories write it, in lower case → UCUM.
SPELLINGS: Final = {
    "mmol/l": "mmol/L", "µmol/l": "umol/L", "umol/l": "umol/L", "μmol/l": "umol/L",
    "nmol/l": "nmol/L", "pmol/l": "pmol/L", "meq/l": "meq/L", "mval/l": "meq/L",
    "mg/dl": "mg/dL", "g/dl": "g/dL", "g/l": "g/L", "mg/l": "mg/L", "µg/l": "ug/L",
    "μg/l": "ug/L", "ug/l": "ug/L", "mcg/l": "ug/L", "ng/ml": "ng/mL", "pg/ml": "pg/mL",
    "µg/ml": "ug/mL", "μg/ml": "ug/mL", "mcg/ml": "ug/mL", "ug/ml": "ug/mL",
    "µg/dl": "ug/dL", "μg/dl": "ug/dL", "u/l": "U/L", "iu/l": "[IU]/L",
    "miu/l": "m[IU]/L", "mu/l": "m[IU]/L", "µiu/ml": "u[IU]/mL", "uiu/ml": "u[IU]/mL",
    "iu/ml": "[IU]/mL", "10^9/l": "10*9/L", "10e9/l": "10*9/L", "x10^9/l": "10*9/L",
    "x10*9/l": "10*9/L", "x10e9/l": "10*9/L", "g/l ": "g/L", "10^12/l": "10*12/L",
    "x10^12/l": "10*12/L", "10^3/ul": "10*3/uL", "10^3/µl": "10*3/uL", "k/ul": "10*3/uL",
    "k/µl": "10*3/uL", "x10^3/ul": "10*3/uL", "/µl": "/uL", "cells/ul": "/uL",
    "10^6/ul": "10*6/uL", "ml/min": "mL/min", "ml/min/1.73m2": "mL/min/{1.73_m2}",
    "ml/min/1.73 m2": "mL/min/{1.73_m2}", "ml/min/1.73m²": "mL/min/{1.73_m2}",
    "ml/min/1.73 m²": "mL/min/{1.73_m2}", "ml/min/1.73m^2": "mL/min/{1.73_m2}",
    "ml/min/{1.73_m2}": "mL/min/{1.73_m2}", "ml/min/1.73_m2": "mL/min/{1.73_m2}",
    "mmol/mol": "mmol/mol", "percent": "%", "pct": "%", "fl": "fL", "mm/h": "mm/h",
    "mm/hr": "mm/h", "ratio": "{ratio}", "index": "{index}", "mmhg": "mm[Hg]",
    "beats/min": "/min", "bpm": "/min", "msec": "ms", "kg/m²": "kg/m2", "kg/m^2": "kg/m2",
    "mg/mmol": "mg/mmol", "": "1",
}  # fmt: skip
PREFIX = "(?:da|[YZEPTGMkhdcmunpfazy])?"
ATOMS = "mol|osm|eq|kat|cal|bar|Pa|Hz|Bq|lm|lx|Cel|m|g|s|L|l|U|V|W|J|N|A|K|t|C|Eq"
PLAIN = r"min|h|d|wk|mo|a|\[(?:IU|iU|arb'U|pH|degF|lb_av|in_i|ft_i|g)\]|%|10\*-?\d{1,2}"
ATOM = rf"(?:{PREFIX}(?:{ATOMS}|m\[Hg\]|m\[H2O\]|\[IU\]|\[iU\])|{PLAIN}|\d+)"
TERM = rf"(?:{ATOM}(?:-?\d{{1,2}})?(?:\{{[^{{}}]{{1,30}}\}})?|\{{[^{{}}]{{1,30}}\}})"
UCUM = re.compile(rf"/?{TERM}(?:[./]{TERM})*")
# One of the first is so many of the second.
SAME: Final = {
    ("10*3/uL", "10*9/L"): Decimal(1), ("/uL", "10*9/L"): Decimal("0.001"),
    ("/mm3", "10*9/L"): Decimal("0.001"), ("10*6/L", "10*9/L"): Decimal("0.001"),
    ("10*6/uL", "10*12/L"): Decimal(1), ("g/dL", "g/L"): Decimal(10),
    ("meq/L", "mmol/L"): Decimal(1), ("[IU]/L", "U/L"): Decimal(1),
    ("u[IU]/mL", "m[IU]/L"): Decimal(1), ("mU/L", "m[IU]/L"): Decimal(1),
    ("uU/mL", "m[IU]/L"): Decimal(1), ("ug/mL", "mg/L"): Decimal(1),
    ("ng/mL", "ug/L"): Decimal(1), ("mL/min/1.73.m2", "mL/min/{1.73_m2}"): Decimal(1),
    ("mL/min", "mL/min/{1.73_m2}"): Decimal(0),
}  # fmt: skip
MASS: Final = {
    "g/L": Decimal(1), "g/dL": Decimal(10), "mg/dL": Decimal("0.01"),
    "mg/L": Decimal("0.001"), "ug/dL": Decimal("0.00001"), "ug/mL": Decimal("0.001"),
    "ug/L": Decimal("0.000001"), "ng/mL": Decimal("0.000001"),
}  # fmt: skip
MOLES: Final = {
    "mol/L": Decimal(1), "mmol/L": Decimal("0.001"), "umol/L": Decimal("0.000001"),
    "nmol/L": Decimal("0.000000001"),
}  # fmt: skip
# Ions of one charge: an equivalent is a mole. Not so for calcium or magnesium.
MONOVALENT: Final = frozenset(("lithium", "sodium", "potassium"))


class NotAUnit(ValueError):
    """The text is no UCUM unit that we can read."""


class NoConversion(ValueError):
    """The two units don't measure the same thing, as far as we know."""


def normalised(text: str) -> str:
    """The unit in UCUM. Raises NotAUnit."""
    plain = text.strip()
    unit = SPELLINGS.get(plain.casefold(), plain.replace("µ", "u").replace("μ", "u"))
    if not UCUM.fullmatch(unit):
        raise NotAUnit(f"“{plain}” isn't a UCUM unit. Write it like mmol/L, mg/dL or 10*9/L.")
    return unit


def convert(
    value: Decimal, unit: str, to: str, *, analyte: str = "", molar_mass: Decimal | None = None
) -> Decimal:
    """The value in another unit. Raises NoConversion where we don't know how."""
    if unit == to:
        return value
    if "meq/L" in (unit, to) and analyte not in MONOVALENT:
        raise NoConversion(f"Milliequivalents of {analyte or 'this'} aren't moles.")
    if analyte == "hba1c" and {unit, to} == {"%", "mmol/mol"}:
        return _hba1c(value, to)
    factor = _factor(unit, to, molar_mass)
    if not factor:
        raise NoConversion(f"No known conversion from {unit} to {to}.")
    return value * factor


def _factor(unit: str, to: str, molar_mass: Decimal | None) -> Decimal | None:
    for (one, other), times in SAME.items():
        if times and (unit, to) == (one, other):
            return times
        if times and (unit, to) == (other, one):
            return 1 / times
    for table in (MASS, MOLES):
        if unit in table and to in table:
            return table[unit] / table[to]
    if molar_mass and unit in MASS and to in MOLES:
        return MASS[unit] / molar_mass / MOLES[to]
    if molar_mass and unit in MOLES and to in MASS:
        return MOLES[unit] * molar_mass / MASS[to]
    return None


def _hba1c(value: Decimal, to: str) -> Decimal:
    """NGSP percent and IFCC mmol/mol by the master equation (Hoelzel 2004, Clin Chem 50:166)."""
    if to == "mmol/mol":
        return (value - Decimal("2.15")) * Decimal("10.929")
    return value / Decimal("10.929") + Decimal("2.15")
