"""What this app removes: conversations when care ends, and those answers that a model outside
the clinic wrote when that is withdrawn. Notes are the clinicians' own, and stay in the record."""

from collections.abc import Mapping
from uuid import UUID

from django.db.models import QuerySet

from agents.models import AnswerSentence, ChatSession, Citation, Turn, TurnEvent
from clinicity.accounts.acting import acting_as
from clinicity.common.actors import Actor
from patients.services import Plan, Store, queryset_store, removal_carry_out, rows_store

PART = "agents"
# The engine that quotes the record, and sends nothing anywhere.
INSIDE = "extractive"


def agents_forget(*, by: Actor, patient_id: UUID, removal_id: UUID) -> None:
    removal_carry_out(by=by, patient_id=patient_id, removal_id=removal_id, part=PART, plan=PLAN)


def _outside(subject: UUID) -> QuerySet[Turn]:
    return Turn.objects.filter(patient_id=subject).exclude(engine=INSIDE)


def _outside_count(by: Actor, subject: UUID) -> Mapping[str, int]:
    with acting_as(by, subject):
        return {"answers of outside models": _outside(subject).count()}


def _outside_remove(by: Actor, subject: UUID) -> None:
    with acting_as(by, subject):
        turns = list(_outside(subject).values_list("id", flat=True))
        sentences = AnswerSentence.objects.filter(turn_id__in=turns)
        TurnEvent.objects.filter(turn_id__in=turns).delete()
        Citation.objects.filter(sentence__in=sentences).delete()
        sentences.delete()
        Turn.objects.filter(id__in=turns).delete()


PLAN: Plan = {
    "external_llm": (Store("outside_answers", _outside_count, _outside_remove),),
    "care": (
        queryset_store("conversations", TurnEvent, Citation, AnswerSentence, Turn, ChatSession),
    ),
    "erasure": (rows_store(PART),),
}
