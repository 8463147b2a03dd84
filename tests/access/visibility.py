"""Visibility as a dimension of the matrix: an item of each kind in each visibility.

Each kind of item names the doors that answer it; who reads it there follows from its
visibility and their relation alone.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from agents import services as agents
from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.common import clock
from documents.models import Document
from patients import services
from patients.services.visibility import ITEMS
from tests.access.rules import OWN, SEEING, TEAM

VISIBILITIES = ("author", "restricted", "team", "released")
AUTHOR = "author"
# An admin sees the record, and not what those who treat, or its author, keep to themselves.
READS: dict[str, frozenset[str]] = {
    "author": frozenset({AUTHOR}),
    "restricted": frozenset({AUTHOR, "treats", "glass", "withdrawn"}),
    "team": SEEING | {AUTHOR},
    "released": SEEING | OWN | {AUTHOR},
}
assert TEAM < SEEING


def word_of(kind: str, visibility: str) -> str:
    """The word planted in an item; one that no other text holds."""
    return f"zq{kind}x{visibility}"


def _condition(by: User, patient_id: UUID, word: str) -> Any:
    return services.condition_add(
        by=by.actor, patient_id=patient_id, code="F32.1", display=word
    )


def _allergy(by: User, patient_id: UUID, word: str) -> Any:
    return services.allergy_add(by=by.actor, patient_id=patient_id, substance=word)


def _medication(by: User, patient_id: UUID, word: str) -> Any:
    return services.medication_add(
        by=by.actor, patient_id=patient_id, name=word, dose=1, unit="mg", times_per_day=1,
        started_on=date(2026, 1, 1),
    )  # fmt: skip


def _lab(by: User, patient_id: UUID, word: str) -> Any:
    return services.lab_result_add(
        by=by.actor, patient_id=patient_id, loinc="14334-7", name=word, value=1,
        unit="mmol/L", specimen_at=clock.now(),
    )  # fmt: skip


def _genetic(by: User, patient_id: UUID, word: str) -> Any:
    return services.genetic_result_add(
        by=by.actor, patient_id=patient_id, gene="CYP2D6", phenotype="Poor Metabolizer",
        laboratory=word, tested_on=date(2026, 1, 1),
    )  # fmt: skip


def _questionnaire(by: User, patient_id: UUID, word: str) -> Any:
    return services.questionnaire_response_add(
        by=by.actor, patient_id=patient_id, instrument="phq9", answers=[0] * 9,
        answered_at=clock.now(),
    )  # fmt: skip


def _encounter(by: User, patient_id: UUID, word: str) -> Any:
    now = clock.now()
    return services.encounter_add(
        by=by.actor, patient_id=patient_id, starts_at=now - timedelta(hours=2),
        ends_at=now - timedelta(hours=1), status="finished", kind="visit", reason=word,
    )  # fmt: skip


def _timeline(by: User, patient_id: UUID, word: str) -> Any:
    return services.timeline_event_add(
        by=by.actor, patient_id=patient_id, kind="note", title=word, occurred_at=clock.now()
    )


def _document(by: User, patient_id: UUID, word: str) -> Any:
    document = Document(
        patient_id=patient_id, title=word, filename="a.pdf", digest=word.ljust(64, "0"),
        media_type="application/pdf", size=10, page_count=1, occurred_at=clock.now(),
        state="ready", simulated=True, uploaded_by=by.id,
    )  # fmt: skip
    with acting_as(by.actor):
        document.save(force_insert=True)
    return document


def _note(by: User, patient_id: UUID, word: str) -> Any:
    drafted = agents.note_draft(by=by.actor, patient_id=patient_id)
    agents.note_sign(by=by.actor, note_id=drafted.note_id, revision=1, texts={})
    return drafted.note


@dataclass(frozen=True)
class Kind:
    """How one is made, and the addresses that answer it: lists, and it alone.

    `staff` are pages that the patient has no part in. Where an item has no text of its own,
    it is known by its id.
    """

    make: Callable[[User, UUID, str], Any]
    lists: tuple[str, ...]
    rows: tuple[str, ...] = ()
    staff: tuple[str, ...] = ()
    by_id: bool = False


P = "/api/v1/patients/{patient_id}"
T = "/api/v1/timeline/?patient_id={patient_id}&size=200"
KINDS = {
    "condition": Kind(
        _condition, (f"{P}/conditions/",), (f"{P}/conditions/{{row_id}}/",),
        ("/patients/{patient_id}/chart/",),
    ),
    "allergy": Kind(
        _allergy, (f"{P}/allergies/",), (f"{P}/allergies/{{row_id}}/",),
        ("/patients/{patient_id}/chart/",),
    ),
    "medication": Kind(
        _medication, (f"{P}/medications/", T), (f"{P}/medications/{{row_id}}/",),
        ("/patients/{patient_id}/chart/", "/patients/{patient_id}/timeline/"),
    ),
    "lab": Kind(_lab, (f"{P}/labs/",), (f"{P}/labs/{{row_id}}/",)),
    "genetic": Kind(
        _genetic, (f"{P}/genetics/",), (f"{P}/genetics/{{row_id}}/",),
    ),
    "questionnaire": Kind(
        _questionnaire, (f"{P}/questionnaires/",), (f"{P}/questionnaires/{{row_id}}/",),
        by_id=True,
    ),
    "encounter": Kind(
        _encounter, (f"{P}/encounters/",), (f"{P}/encounters/{{row_id}}/",),
    ),
    "timeline": Kind(
        _timeline,
        (T, "/api/v1/events/?patient_id={patient_id}",
         "/api/v1/timeline/search/?patient_id={patient_id}&q={word}"),
        ("/api/v1/timeline/event/{row_id}/",),
        ("/patients/{patient_id}/timeline/",),
    ),
    # Patients have no page and no endpoint of their own for documents yet.
    "document": Kind(
        _document, (), (),
        ("/api/v1/upload/documents/?patient_id={patient_id}", "/api/v1/documents/{row_id}/",
         "/documents/{row_id}/"),
    ),
    "note": Kind(_note, (), ("/api/v1/notes/{row_id}/",), by_id=True),
}  # fmt: skip


def made_items(by: User, patient_id: UUID) -> dict[tuple[str, str], UUID]:
    """An item of each kind in each visibility: its id."""
    found: dict[tuple[str, str], UUID] = {}
    for kind, how in KINDS.items():
        for visibility in VISIBILITIES:
            row = how.make(by, patient_id, word_of(kind, visibility))
            services.item_visibility_set(
                by=by.actor, patient_id=patient_id, kind=kind, item_id=row.id,
                visibility=visibility,
            )  # fmt: skip
            found[kind, visibility] = row.id
    return found


def kinds_there() -> set[str]:
    """Every kind of item whose visibility can be set, in every app."""
    return set(ITEMS)
