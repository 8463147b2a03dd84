"""Letters and reports of the simulated clinic, written from the simulated charts.

Every sentence states what the chart holds, so that an answer can be checked. One
letter is about somebody else, filed here by mistake for the identity check to catch.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

from clinicity.demo.simulator.lives import Life
from clinicity.demo.simulator.people import Drug, Lab, Person, Visit

Form = Literal["pdf", "scan", "photo"]

CLINIC = "Clinicity Simulated Clinic - invented for demonstration"
TIMES = {1: "once daily", 2: "twice daily"}
NAMES = {"phq9": "PHQ-9", "gad7": "GAD-7"}
REFERRED = 100  # days ago


@dataclass(frozen=True)
class Paper:
    """One sheet: who it names, its title and its paragraphs, and how it is filed."""

    filename: str
    form: Form
    title: str
    about: Person
    written_on: date
    paragraphs: tuple[str, ...]


def papers(life: Life) -> list[Paper]:
    """What is filed for one person, oldest first."""
    written = [write(life) for write in WRITERS]
    written += [_misfiled(life)] if life.person.key == "iris" else []
    present = [paper for paper in written if paper]
    return sorted(present, key=lambda paper: paper.written_on)


def clinic_letter(life: Life) -> Paper | None:
    """The letter after the last visit that has taken place."""
    past = [visit for visit in life.person.visits if visit.days > 0]
    if not past:
        return None
    visit = past[-1]
    person, day = life.person, _day(life, visit.days)
    form: Form = "scan" if person.key in SCANNED else "pdf"
    paragraphs = (
        f"{person.full_name} was seen on {_long(day)} ({visit.kind.lower()}).",
        visit.reason,
        *_diagnoses(person),
        *_medicines(life, visit.days),
        *_allergies(person),
        *_findings(person, visit),
    )
    return Paper("clinic-letter.pdf", form, "Clinic letter", person, day, paragraphs)


def lab_report(life: Life) -> Paper | None:
    """The newest results of every test."""
    person = life.person
    if not person.labs:
        return None
    newest = min(days for lab in person.labs for days, _ in lab.results)
    lines = [
        _result(life, lab, days, value)
        for lab in person.labs
        for days, value in lab.results
        if days == newest
    ]
    day = _day(life, newest)
    head = f"Specimen: venous blood, taken on {_long(day)} at 08:30."
    return Paper(
        "laboratory-report.pdf", "pdf", "Laboratory report", person, day, (head, *lines)
    )


def referral(life: Life) -> Paper:
    """The family doctor's letter that began it, scanned when it came."""
    person, day = life.person, _day(life, REFERRED)
    known = [row for row in person.conditions if row[2] <= day]
    paragraphs = (
        f"{person.full_name} is referred for assessment and treatment.",
        *(f"Known: {display}, since {_long(since)}." for _, display, since in known),
        *_allergies(person),
    )
    return Paper("referral.pdf", "scan", "Referral", person, day, paragraphs)


def scores(life: Life) -> Paper | None:
    """What the questionnaires of the simulated days added up to."""
    if not life.answers:
        return None
    lines = [
        f"{NAMES[given.instrument]} on {_long(given.answered_at.date())}: {sum(given.items)}."
        for given in life.answers
    ]
    day = life.answers[-1].answered_at.date()
    return Paper("scores.pdf", "pdf", "Questionnaire scores", life.person, day, tuple(lines))


def discharge_letter(life: Life) -> Paper | None:
    """The story of an earlier admission, for those who had one."""
    stay = STAYS.get(life.person.key)
    return stay(life) if stay else None


def medicine_card(life: Life) -> Paper | None:
    """A card that a patient photographed at home."""
    if life.person.key not in PHOTOGRAPHED:
        return None
    day = _day(life, 12)
    return Paper(
        "medicine-card.jpg", "photo", "My medicines", life.person, day, tuple(_medicines(life, 12))
    )  # fmt: skip


def _iris_stay(life: Life) -> Paper:
    started = _day(life, 2200)
    admitted, left = started - timedelta(days=4), started + timedelta(days=17)
    paragraphs = (
        f"Iris Samplewood was admitted on {_long(admitted)} with a manic episode.",
        f"She was discharged on {_long(left)}.",
        f"Lithium carbonate was started on {_long(started)}.",
        "Before admission she slept three hours a night for a week and was overactive.",
        "She had no thoughts of self-harm and no psychotic symptoms.",
        "Early signs of relapse: short sleep, many new plans, forgotten evening doses.",
        "Plan: lithium level every three months; target 0.6 to 1.0 mmol/L.",
        "Family history: a maternal aunt has bipolar disorder.",
    )
    return Paper(
        "discharge-letter.pdf", "pdf", "Discharge letter", life.person, left, paragraphs
    )


def _tobias_stay(life: Life) -> Paper:
    left = date(2016, 3, 21)
    paragraphs = (
        "Tobias Mockridge was in day hospital with a depressive episode.",
        "He came from 15 February 2016 to 21 March 2016.",
        "He improved with behavioural activation; no antidepressant was given.",
        "He denies suicidal ideation. There was no history of mania.",
        "Plan: review by the family doctor after four weeks.",
    )
    return Paper(
        "discharge-letter.pdf", "scan", "Discharge letter", life.person, left, paragraphs
    )


def _misfiled(life: Life) -> Paper:
    """About a namesake who is no patient here: another first name and birth date."""
    day = _day(life, 5)
    paragraphs = (
        "Ingrid Samplewood attended the heart clinic with palpitations.",
        "The electrocardiogram showed atrial fibrillation.",
        "Apixaban 5 mg twice daily was started. She takes no lithium.",
    )
    namesake = Person(
        key="ingrid", first_name="Ingrid", last_name="Samplewood", born=date(1971, 2, 4),
        sex="female", record_number="SIM-0777", conditions=(),
    )  # fmt: skip
    return Paper("heart-clinic-letter.pdf", "pdf", "Clinic letter", namesake, day, paragraphs)


def _diagnoses(person: Person) -> list[str]:
    return [
        f"Diagnosis: {display} ({code}), since {_long(since)}."
        for code, display, since in person.conditions
    ]


def _medicines(life: Life, days: int) -> list[str]:
    drugs = [drug for drug in life.person.drugs if _taken(drug, days)]
    lines = [
        f"Medication: {drug.name} {drug.dose} {drug.unit} {TIMES[len(drug.hours)]}."
        for drug in drugs
    ]
    return lines or ["Medication: none."]


def _taken(drug: Drug, days: int) -> bool:
    return drug.started >= days and (drug.ended is None or drug.ended <= days)


def _allergies(person: Person) -> list[str]:
    known = [
        f"Allergy: {substance} ({reaction.lower()}, {severity})."
        for substance, reaction, severity in person.allergies
    ]
    return known or ["No known allergies."]


def _findings(person: Person, visit: Visit) -> list[str]:
    they = {"female": "She", "male": "He"}[person.sex]
    return [
        f"{they} denies thoughts of self-harm. No psychotic symptoms were found.",
        "No tremor, no chest pain.",
        f"Next visit in about {max(visit.days // 7, 4)} weeks.",
    ]


def _result(life: Life, lab: Lab, days: int, value: str) -> str:
    flag = ""
    if lab.low and float(value) < float(lab.low):
        flag = " LOW"
    if lab.high and float(value) > float(lab.high):
        flag = " HIGH"
    spread = f"(reference {lab.low} to {lab.high} {lab.unit})"
    return f"{lab.name}: {value} {lab.unit} {spread}{flag}."


def _day(life: Life, days_ago: int) -> date:
    return life.days.until - timedelta(days=days_ago)


def _long(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


SCANNED = frozenset({"maeve", "jonas", "leopold"})
PHOTOGRAPHED = frozenset({"silas"})
STAYS: dict[str, Callable[[Life], Paper]] = {"iris": _iris_stay, "tobias": _tobias_stay}
WRITERS: tuple[Callable[[Life], Paper | None], ...] = (
    referral, discharge_letter, clinic_letter, lab_report, medicine_card, scores,
)  # fmt: skip
