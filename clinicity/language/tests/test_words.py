"""Sentences, stems and denials of clinical English."""

import pytest

from clinicity.language.negation import denied_stems
from clinicity.language.words import content_stems, sentences, stem

PAGE = """Simulated Clinic
Patient: Iris Samplewood
Date: 26 October 2026
Clinic letter
She was seen by Dr. Archer and is sleeping regularly, with
lithium at 0.74 mmol/L. No tremor, no chest pain.
Medication: Lithium carbonate 800 mg once daily.
Medication: Levothyroxine 50 ug once daily.
- See in 4 weeks"""


def test_a_page_is_cut_into_its_headings_lines_and_sentences() -> None:
    assert sentences(PAGE) == [
        "Simulated Clinic",
        "Patient: Iris Samplewood",
        "Date: 26 October 2026",
        "Clinic letter",
        "She was seen by Dr. Archer and is sleeping regularly, with lithium at 0.74 mmol/L.",
        "No tremor, no chest pain.",
        "Medication: Lithium carbonate 800 mg once daily.",
        "Medication: Levothyroxine 50 ug once daily.",
        "- See in 4 weeks",
    ]


@pytest.mark.parametrize("text", ["", " \n\n ", "\n"])
def test_nothing_has_no_sentences(text: str) -> None:
    assert sentences(text) == []


def test_stems_leave_out_what_carries_no_meaning() -> None:
    assert content_stems("She has been sleeping badly") == [stem("sleeping"), stem("badly")]


@pytest.mark.parametrize(
    ("text", "denied", "affirmed"),
    [
        ("She denies suicidal ideation.", {"suicidal", "ideation"}, set()),
        ("No fever but a cough.", {"fever"}, {"cough"}),
        ("Without chest pain; headache since Monday.", {"chest", "pain"}, {"headache"}),
        ("Pulmonary embolism was ruled out.", {"embolism"}, set()),
        ("Allergy tests were negative.", {"allergy"}, set()),
        ("She isn't sleeping.", {"sleeping"}, set()),
        ("She sleeps badly.", set(), {"sleeps", "badly"}),
    ],
)
def test_denials_reach_their_words_and_no_further(
    text: str, denied: set[str], affirmed: set[str]
) -> None:
    found = denied_stems(text)
    assert {stem(word) for word in denied} <= found
    assert not {stem(word) for word in affirmed} & found
