"""Questionnaires and answers as FHIR R4 resources. Pure: rows' values in, JSON out."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from patients.instruments import Instrument, Item, Wording, assess

LOINC = "http://loinc.org"
BASE = "https://clinicity.example/fhir/Questionnaire"
ORDINAL = "http://hl7.org/fhir/StructureDefinition/ordinalValue"
STATES = {"standing": "completed", "corrected": "amended", "error": "entered-in-error"}

Resource = dict[str, Any]


@dataclass(frozen=True)
class Answered:
    """A set of answers, as the mapping needs it. `state` is a key of STATES.

    `patient` and `author` are references, such as Patient/…; `corrects` an id.
    """

    id: str
    patient: str
    instrument: Instrument
    answers: Sequence[int | None]
    answered_at: datetime
    score: Decimal | None
    author: str = ""
    state: str = "standing"
    version: int = 1
    sex: str = ""


def questionnaire(instrument: Instrument, wording: Wording | None = None) -> Resource:
    """The definition; in words where a wording is given, by item numbers else."""
    resource: Resource = {
        "resourceType": "Questionnaire",
        "id": instrument.code,
        "url": f"{BASE}/{instrument.code}",
        "name": instrument.code.upper(),
        "title": wording.title if wording else instrument.title,
        "status": "active",
        "subjectType": ["Patient"],
        "copyright": wording.licence if wording else instrument.licence,
        "item": [_question(item, wording) for item in instrument.items],
    }
    if wording:
        resource["version"] = str(wording.version)
        resource["language"] = wording.language
    if instrument.panel_loinc:
        resource["code"] = [_loinc(instrument.panel_loinc)]
    return resource


def questionnaire_response(answered: Answered, wording: Wording | None = None) -> Resource:
    """The answers, with the score as an item of its own where there is one."""
    items = [
        _answer(item, answer, wording)
        for item, answer in zip(answered.instrument.items, answered.answers, strict=False)
        if answer is not None
    ]
    resource: Resource = {
        "resourceType": "QuestionnaireResponse",
        "id": answered.id,
        "meta": {"versionId": str(answered.version)},
        "questionnaire": f"{BASE}/{answered.instrument.code}",
        "status": STATES[answered.state],
        "subject": {"reference": answered.patient},
        "authored": answered.answered_at.isoformat(),
        "item": items + _result(answered),
    }
    if answered.author:
        resource["author"] = {"reference": answered.author}
    return resource


def score_observation(answered: Answered) -> Resource | None:
    """The score as an Observation derived from the answers; None without a score."""
    if answered.score is None:
        return None
    instrument = answered.instrument
    code: Resource = {"text": f"{instrument.name} total score"}
    if instrument.loinc:
        code["coding"] = [_loinc(instrument.loinc)]
    resource: Resource = {
        "resourceType": "Observation",
        "id": f"{answered.id}",
        "status": "entered-in-error" if answered.state == "error" else "final",
        "category": [{"coding": [{
            "system": "http://terminology.hl7.org/CodeSystem/observation-category",
            "code": "survey",
        }]}],
        "code": code,
        "subject": {"reference": answered.patient},
        "effectiveDateTime": answered.answered_at.isoformat(),
        "valueQuantity": {
            "value": _number(answered.score), "unit": "score",
            "system": "http://unitsofmeasure.org", "code": "{score}",
        },
        "derivedFrom": [{"reference": f"QuestionnaireResponse/{answered.id}"}],
    }  # fmt: skip
    band = assess(instrument.code, answered.answers, sex=answered.sex).band
    if band:
        resource["interpretation"] = [{"text": band}]
    return resource


def _question(item: Item, wording: Wording | None) -> Resource:
    labels = _labels(item, wording)
    question: Resource = {
        "linkId": item.link,
        "prefix": f"{item.number}.",
        "text": wording.items[item.link].text if wording else f"Item {item.number}",
        "type": "choice",
        "required": False,
        "answerOption": [
            {
                "valueCoding": {
                    "extension": [{"url": ORDINAL, "valueDecimal": item.value(value)}],
                    "code": str(value),
                    "display": labels[value],
                }
            }
            for value in item.choices
        ],
    }
    if item.loinc:
        question["code"] = [_loinc(item.loinc)]
    return question


def _answer(item: Item, answer: int, wording: Wording | None) -> Resource:
    coding: Resource = {
        "extension": [{"url": ORDINAL, "valueDecimal": item.value(answer)}],
        "code": str(answer),
        "display": _labels(item, wording)[answer],
    }
    words = {"text": wording.items[item.link].text} if wording else {}
    return {"linkId": item.link, **words, "answer": [{"valueCoding": coding}]}


def _result(answered: Answered) -> list[Resource]:
    code = answered.instrument.code
    if answered.score is not None:
        value = {"valueDecimal": _number(answered.score)}
        return [{"linkId": f"{code}-score", "text": "Total score", "answer": [value]}]
    level = assess(code, answered.answers).level
    if not level:
        return []
    found = {"valueString": level}
    return [{"linkId": f"{code}-level", "text": "Triage level", "answer": [found]}]


def _labels(item: Item, wording: Wording | None) -> Mapping[int, str]:
    words = wording.items[item.link].options if wording else map(str, item.choices)
    return dict(zip(item.choices, words, strict=True))


def _loinc(code: str) -> Resource:
    return {"system": LOINC, "code": code}


def _number(score: Decimal) -> int | float:
    return int(score) if score == int(score) else float(score)
