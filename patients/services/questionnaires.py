"""Answers to questionnaires."""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from clinicity.accounts.acting import acting_as
from clinicity.common.actors import Actor
from patients import instruments
from patients.models import (
    QuestionnaireResponse,
)
from patients.services.rows import row_add
from patients.services.timeline import timeline_event_add


def questionnaire_response_add(
    *,
    by: Actor,
    patient_id: UUID,
    instrument: str,
    answers: Sequence[int],
    answered_at: datetime,
) -> QuestionnaireResponse:
    """Keep the answers with the score they make, and put it on the timeline."""
    total = instruments.score(instrument, answers)
    row = QuestionnaireResponse(
        patient_id=patient_id, instrument=instrument, answers=list(answers),
        score=Decimal(total), answered_at=answered_at, recorded_by=by.id,
    )  # fmt: skip
    name = instruments.instrument_of(instrument).name
    with acting_as(by, patient_id):
        row_add(by=by, row=row, act="questionnaire.add")
        timeline_event_add(
            by=by, patient_id=patient_id, kind="questionnaire", occurred_at=answered_at,
            title=f"{name}: {total} ({instruments.band(instrument, total)})",
            source_kind="questionnaire", source_id=row.id,
        )  # fmt: skip
    return row
