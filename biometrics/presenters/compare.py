"""Two metrics beside each other on a page."""

from collections.abc import Sequence
from typing import Any

from biometrics.presenters.documents import comparison_document
from biometrics.presenters.readings import lane_of
from biometrics.presenters.rooms import room
from biometrics.presenters.words import METHODS, unit_words
from biometrics.reading_forms import CompareForm
from biometrics.selectors.compare import Comparison
from patients.models import Patient


def compare_page(
    patient: Patient, form: CompareForm, found: Comparison | None, refusal: str
) -> dict[str, Any]:
    """The question, and the answer when there is one."""
    context = room(patient, "biometrics:compare") | {"form": form}
    if found is None:
        return context | {"refusal": refusal}
    lanes = [lane_of(found.first), lane_of(found.second)]
    if lanes[0] == lanes[1]:
        lanes[1] = "symptoms"
    document = comparison_document(found)
    return context | {
        "found": found,
        "document": document,
        "sentence": document["sentence"],
        "lanes": lanes,
        "units": [unit_words(found.first.unit), unit_words(found.second.unit)],
        "associations": [
            {"part": part, "method": METHODS[part.method]} for part in found.associations
        ],
    }


def metric_choices(groups: Sequence[dict[str, Any]]) -> list[tuple[str, list[tuple[str, str]]]]:
    """The metrics with amounts, as a select's groups."""
    return [
        (str(group["name"]), amounts)
        for group in groups
        if (amounts := [(m.code, m.name) for m in group["metrics"] if not m.states])
    ]
