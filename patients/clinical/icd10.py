"""ICD-10-CM: the form of a code, its chapter, and titles of the codes that we ship.

Chapters after CDC/NCHS and CMS, "ICD-10-CM Official Guidelines" and tabular list, FY 2026.
"""

import re
from dataclasses import dataclass
from functools import cache

from patients.clinical.tables import lines_of

# Letter, digit, digit or A/B, then up to four after a point; only the last may be a letter
# other than X, which holds a place.
FORM = re.compile(r"[A-TV-Z][0-9][0-9AB](?:\.[0-9A-Z]{1,4})?|U[0-9][0-9](?:\.[0-9A-Z]{1,4})?")
CHAPTERS = (
    ("A00", "B99", "Certain infectious and parasitic diseases"),
    ("C00", "D49", "Neoplasms"),
    ("D50", "D89", "Diseases of the blood and blood-forming organs"),
    ("E00", "E89", "Endocrine, nutritional and metabolic diseases"),
    ("F01", "F99", "Mental, behavioral and neurodevelopmental disorders"),
    ("G00", "G99", "Diseases of the nervous system"),
    ("H00", "H59", "Diseases of the eye and adnexa"),
    ("H60", "H95", "Diseases of the ear and mastoid process"),
    ("I00", "I99", "Diseases of the circulatory system"),
    ("J00", "J99", "Diseases of the respiratory system"),
    ("K00", "K95", "Diseases of the digestive system"),
    ("L00", "L99", "Diseases of the skin and subcutaneous tissue"),
    ("M00", "M99", "Diseases of the musculoskeletal system and connective tissue"),
    ("N00", "N99", "Diseases of the genitourinary system"),
    ("O00", "O9A", "Pregnancy, childbirth and the puerperium"),
    ("P00", "P96", "Certain conditions originating in the perinatal period"),
    ("Q00", "Q99", "Congenital malformations and chromosomal abnormalities"),
    ("R00", "R99", "Symptoms, signs and abnormal findings"),
    ("S00", "T88", "Injury, poisoning and other external causes"),
    ("U00", "U85", "Codes for special purposes"),
    ("V00", "Y99", "External causes of morbidity"),
    ("Z00", "Z99", "Factors influencing health status"),
)


# Categories of chapter F; ICD-10-CM leaves out several that ICD-10 of the WHO has.
MENTAL = frozenset(
    f"F{number:02}"
    for first, last in (
        (1, 7), (9, 25), (28, 34), (39, 45), (48, 48), (50, 55), (59, 60), (63, 66), (68, 73),
        (78, 82), (84, 84), (88, 95), (98, 99),
    )
    for number in range(first, last + 1)
)  # fmt: skip


@dataclass(frozen=True)
class Code:
    code: str
    title: str


class NotACode(ValueError):
    """The text is no ICD-10-CM code; the message says how one looks."""


@cache
def codes() -> tuple[Code, ...]:
    return tuple(Code(code, title) for code, title in lines_of("icd10cm.tsv"))


@cache
def _titles() -> dict[str, str]:
    return {one.code: one.title for one in codes()}


def normalised(text: str) -> str:
    """`f321` → `F32.1`. Raises NotACode for what ICD-10-CM can't hold."""
    plain = re.sub(r"[\s.]", "", text).upper()
    code = plain[:3] + ("." + plain[3:] if len(plain) > 3 else "")
    if not FORM.fullmatch(code) or not chapter_of(code):
        raise NotACode(
            "Give an ICD-10-CM code: a letter and two digits of a chapter that exists, "
            "a point, and up to four more, such as F32.1."
        )
    return code


def chapter_of(code: str) -> str:
    """The title of the chapter of a category, or nothing."""
    category = code[:3]
    if category.startswith("F") and category not in MENTAL:
        return ""
    for first, last, title in CHAPTERS:
        if first <= category <= last:
            return title
    return ""


def title_of(code: str) -> str:
    return _titles().get(code, "")


def search(text: str, limit: int = 12) -> list[Code]:
    """Shipped codes whose code or title holds every word of the text, in any order."""
    words = text.casefold().split()
    if not words:
        return []
    found = [
        one for one in codes() if all(w in f"{one.code} {one.title}".casefold() for w in words)
    ]
    return sorted(
        found, key=lambda one: (not one.code.casefold().startswith(words[0]), one.code)
    )[:limit]
