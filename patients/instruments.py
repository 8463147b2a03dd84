"""Scored questionnaires as data. Pure: answers in, score out.

Only structure and scoring are here; wording comes with a licence that allows it.
PHQ-9: Kroenke, Spitzer & Williams 2001 (doi:10.1046/j.1525-1497.2001.016009606.x).
GAD-7: Spitzer, Kroenke, Williams & Löwe 2006 (doi:10.1001/archinte.166.10.1092).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from clinicity.common.exceptions import Invalid


@dataclass(frozen=True)
class Instrument:
    """`bands` are (lowest score, words), from the lowest up."""

    code: str
    name: str
    loinc: str
    items: int
    highest: int
    bands: tuple[tuple[int, str], ...]

    @property
    def maximum(self) -> int:
        return self.items * self.highest


INSTRUMENTS: dict[str, Instrument] = {
    "phq9": Instrument(
        "phq9", "PHQ-9", "44261-6", 9, 3,
        ((0, "minimal"), (5, "mild"), (10, "moderate"), (15, "moderately severe"), (20, "severe")),
    ),
    "gad7": Instrument(
        "gad7", "GAD-7", "70274-6", 7, 3,
        ((0, "minimal"), (5, "mild"), (10, "moderate"), (15, "severe")),
    ),
}  # fmt: skip


def score(code: str, answers: Sequence[int]) -> int:
    """The sum of all items; raises Invalid when one is missing or out of range."""
    instrument = instrument_of(code)
    if len(answers) != instrument.items:
        raise Invalid(f"{instrument.name} has {instrument.items} items, not {len(answers)}.")
    if any(not 0 <= answer <= instrument.highest for answer in answers):
        raise Invalid(f"Items of {instrument.name} run from 0 to {instrument.highest}.")
    return sum(answers)


def band(code: str, total: float) -> str:
    """The severity band that the instrument's authors give a score."""
    fitting = [words for lowest, words in instrument_of(code).bands if total >= lowest]
    return fitting[-1]


def instrument_of(code: str) -> Instrument:
    try:
        return INSTRUMENTS[code]
    except KeyError as error:
        raise Invalid(f"There is no questionnaire {code!r}.") from error
