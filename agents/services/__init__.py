"""What changes conversations, answers and notes."""

from agents.services.chat import (
    Question,
    question_answer,
    question_ask,
    session_create,
    turn_ask,
    turn_begin,
    turn_retry,
    turn_stop,
)
from agents.services.forgetting import agents_forget
from agents.services.notes import note_amend, note_draft, note_edit, note_sign
from agents.services.turns import turn_answer, turn_run

__all__ = [
    "Question",
    "agents_forget",
    "note_amend",
    "note_draft",
    "note_edit",
    "note_sign",
    "question_answer",
    "question_ask",
    "session_create",
    "turn_answer",
    "turn_ask",
    "turn_begin",
    "turn_retry",
    "turn_run",
    "turn_stop",
]
