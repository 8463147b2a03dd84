import itertools

import pytest

from clinicity.privacy.phi import detect
from clinicity.privacy.phi.spans import TRAIT


def covered(text: str, value: str) -> bool:
    start = text.index(value)
    found = {i for s in detect(text) for i in range(s.start, s.end)}
    return all(i in found for i in range(start, start + len(value)) if not text[i].isspace())


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("Pt: SMITH, John  MRN 12345  DOB 3/4/60", "SMITH, John"),
        ("Pt: SMITH, John  MRN 12345  DOB 3/4/60", "12345"),
        ("Pt: SMITH, John  MRN 12345  DOB 3/4/60", "3/4/60"),
        ("Seen by Dr. Okafor on 12 March 2024.", "Okafor"),
        ("Seen by Dr. Okafor on 12 March 2024.", "12 March 2024"),
        ("She lives at 12 Elm Street, Boston, MA 02110.", "12 Elm Street"),
        ("Admitted to St. Mary's Hospital yesterday.", "St. Mary's Hospital"),
        ("A 93-year-old man.", "93"),
        ("NHS number 943 476 5919.", "943 476 5919"),
        ("SSN 123-45-6789", "123-45-6789"),
        ("Call 020 7946 0958 or +44 20 7946 0958.", "+44 20 7946 0958"),
        ("Fax: 555-123-4567", "555-123-4567"),
        ("jane.doe@example.org", "jane.doe@example.org"),
        ("see https://example.com/jane", "https://example.com/jane"),
        ("from 192.168.1.20", "192.168.1.20"),
        ("MAC 00:1B:44:11:3A:B7", "00:1B:44:11:3A:B7"),
        ("IBAN GB82 WEST 1234 5698 7654 32", "GB82 WEST 1234 5698 7654 32"),
        ("card 4111 1111 1111 1111", "4111 1111 1111 1111"),
        ("postcode SW1A 1AA", "SW1A 1AA"),
        ("user name: jdoe_84", "jdoe_84"),
        ("Policy number AB-1234567", "AB-1234567"),
    ],
)
def test_found(text: str, value: str) -> None:
    assert covered(text, value)


@pytest.mark.parametrize(
    "text",
    [
        "PHQ-9 14/27, BP 120/80, HR 72, lithium 0.8 mmol/L.",
        "Parkinson's disease may be treated with levodopa.",
        "May increase to 40 mg if tolerated.",
        "BRCA1 and TP53 mutations were found in 12 of 30 patients (40%).",
        "Take one tablet twice a day with food.",
        "",
        " \n ",
    ],
)
def test_nothing_to_find(text: str) -> None:
    assert [s for s in detect(text) if s.type != TRAIT] == []


def test_spans_are_sorted_and_apart() -> None:
    found = detect(
        "John Smith, 12 Elm Street, Boston, john@example.org, 12/03/1984, 555-123-4567"
    )
    assert all(a.end <= b.start for a, b in itertools.pairwise(found))
