"""Reading the answers to questionnaires."""

from uuid import UUID

from clinicity.common.actors import Actor
from patients.models import (
    QuestionnaireResponse,
)
from patients.selectors.rows import rows_of


def questionnaire_responses(actor: Actor, patient_id: UUID) -> list[QuestionnaireResponse]:
    """Oldest first, as a trajectory."""
    return rows_of(actor, patient_id, QuestionnaireResponse, "answered_at")
