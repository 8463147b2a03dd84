"""The declaration of the chart's doors."""

from typing import Any

from tests.access.declaring import Declared, of
from tests.access.rules import (
    MEMBERS,
    READ,
    READ_OWN,
    SIGN,
    STAFF_LIST,
    WRITE,
    WRITE_PAGE,
)

# A row of each room, by the name of its id, and what adds one.
ROOMS: dict[str, tuple[str, dict[str, Any], dict[str, Any]]] = {
    "conditions": ("condition_id", {"code": "F32.1"}, {"note": "x"}),
    "allergies": ("allergy_id", {"substance": "Latex"}, {"note": "x"}),
    "medications": (
        "medication_id",
        {"name": "Sertraline", "dose": "50", "unit": "mg", "started_on": "2026-01-01"},
        {"note": "x"},
    ),
    "labs": (
        "lab_id",
        {"loinc": "14334-7", "value": "0.7", "unit": "mmol/L", "specimen_at": "{before}"},
        {"note": "x"},
    ),
    "genetics": (
        "genetic_id",
        {
            "gene": "CYP2C19", "phenotype": "Poor Metabolizer", "laboratory": "L",
            "tested_on": "2026-01-01",
        },
        {"note": "x"},
    ),
    "encounters": (
        "encounter_id", {"starts_at": "{before}", "ends_at": "{now}", "kind": "visit"},
        {"place": "x"},
    ),
    "appointments": (
        "encounter_id", {"starts_at": "{now}", "ends_at": "{after}", "kind": "visit"},
        {"place": "x"},
    ),
}  # fmt: skip
FORMS = {
    "condition": {
        "code": "F32.1",
        "clinical_status": "active",
        "verification_status": "confirmed",
    },
}


def _room(room: str) -> Declared:
    row, body, change = ROOMS[room]
    row_id = {"row_id": f"{{{row}}}"}
    return {
        **of(READ_OWN, f"{room} GET"),
        **of(WRITE, f"{room} POST", body=body),
        **of(READ_OWN, f"{room}-row GET", params=row_id),
        **of(WRITE, f"{room}-row PATCH", body=change, params=row_id),
        **of(WRITE, f"{room}-entered-in-error POST", body={}, params=row_id),
        **of(WRITE, f"{room}-restore POST", params=row_id),
        **of(READ, f"{room}-history GET", params=row_id),
    }


MEDICATION = {"row_id": "{medication_id}"}
VISIT = {"row_id": "{encounter_id}"}
ROW = {"topic": "condition", "row_id": "{condition_id}"}
PLAN = {"steps": {"coping": [{"text": "Walk"}]}}
API: Declared = {
    **{key: door for room in ROOMS for key, door in _room(room).items()},
    **of(WRITE, "medications-stop POST", body={}, params=MEDICATION),
    **of(WRITE, "medications-dose-change POST", body={"dose": "2"}, params=MEDICATION),
    **of(READ_OWN, "medications-doses GET", "medications-adherence GET", params=MEDICATION),
    **of(
        WRITE,
        "medications-doses POST",
        body={"doses": [{"due_at": "{before}", "status": "taken"}]},
        params=MEDICATION,
    ),
    **of(READ, "interactions GET", "monitoring GET", "genetic-guidance GET"),
    **of(READ_OWN, "lab-trends GET", "safety-plan GET", "safety-plan-history GET"),
    **of(SIGN, "safety-plan POST", body=PLAN),
    **of(
        WRITE,
        "encounters-status POST",
        "appointments-status POST",
        body={"status": "in_progress"},
        params=VISIT,
    ),
    **of(WRITE, "appointments-import POST", body={"text": "starts_at\n2026-12-01 10:00"}),
    **of(STAFF_LIST, "own-calendar GET", "patients:own_calendar GET"),
    **of(MEMBERS, "codes-conditions GET", "codes-drugs GET", query={"q": "bipolar"}),
}
SHOWN: Declared = {
    **of(READ, "patients:chart GET", "patients:safety_plan GET"),
    **of(READ, "patients:appointments_import GET"),
    **of(READ, "patients:item_add GET", params={"topic": "condition"}),
    **of(
        WRITE_PAGE,
        "patients:item_add POST",
        form=FORMS["condition"],
        params={"topic": "condition"},
    ),
    **of(READ, "patients:item_edit GET", "patients:item_history GET", params=ROW),
    **of(WRITE_PAGE, "patients:item_edit POST", form=FORMS["condition"], params=ROW),
    **of(WRITE, "patients:item_error POST", "patients:item_restore POST", params=ROW),
    **of(
        READ,
        "patients:medication_stop GET",
        "patients:medication_dose GET",
        "patients:medication_doses GET",
        params=MEDICATION,
    ),
    **of(
        WRITE_PAGE,
        "patients:medication_stop POST",
        form={"ended_on": "2026-02-01"},
        params=MEDICATION,
    ),
    **of(
        WRITE_PAGE,
        "patients:medication_dose POST",
        form={"dose": "2", "times_per_day": 1, "from_on": "2026-02-01"},
        params=MEDICATION,
    ),
    **of(
        WRITE_PAGE,
        "patients:medication_doses POST",
        form={"due_at": "2026-02-01T08:00", "status": "taken"},
        params=MEDICATION,
    ),
    **of(READ, "patients:visit_status GET", params=VISIT),
    **of(
        WRITE_PAGE, "patients:visit_status POST", form={"status": "in_progress"}, params=VISIT
    ),
    **of(WRITE_PAGE, "patients:appointments_import POST", form={"look": "1"}),
    **of(SIGN, "patients:safety_plan_edit GET"),
    **of(SIGN, "patients:safety_plan_edit POST", form={"version": 0, "coping": "Walk"}),
}
CHART: Declared = {**API, **SHOWN}
