"""Each kind of citation leads to its source."""

from uuid import UUID

import pytest

from agents.presenters import url_of
from agents.turn.evidence import Kind

PATIENT, ROW = UUID(int=1), str(UUID(int=2))
READING = {"metric": "sleep_duration", "start": "2026-11-09", "end": "2026-11-22"}


@pytest.mark.parametrize(
    ("kind", "source_id", "place", "expected"),
    [
        (Kind.PASSAGE, ROW, {"document_id": str(UUID(int=3))}, f"/documents/{UUID(int=3)}/?chunk={ROW}"),
        (
            Kind.READING, "sleep_duration", READING,
            f"/biometrics/patients/{PATIENT}/?metric=sleep_duration&start=2026-11-09&end=2026-11-22",
        ),
        (Kind.TWIN, ROW, {}, f"/twins/patients/{PATIENT}/?snapshot={ROW}"),
        (Kind.TIMELINE, ROW, {}, f"/patients/{PATIENT}/#event-{ROW}"),
        (Kind.LAB, ROW, {}, f"/patients/{PATIENT}/#lab-{ROW}"),
        (Kind.QUESTIONNAIRE, ROW, {}, f"/patients/{PATIENT}/#questionnaire-{ROW}"),
        (Kind.MEDICATION, ROW, {}, f"/patients/{PATIENT}/#medication-{ROW}"),
        (Kind.CONDITION, ROW, {}, f"/patients/{PATIENT}/#condition-{ROW}"),
    ],
)  # fmt: skip
def test_citation_leads_to_its_source(
    kind: Kind, source_id: str, place: dict[str, str], expected: str
) -> None:
    assert url_of(PATIENT, kind, source_id, place) == expected
