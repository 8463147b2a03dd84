"""What changes conversations, answers and notes."""

from agents.services.chat import session_create, turn_ask, turn_stop
from agents.services.notes import note_amend, note_draft, note_edit, note_sign
from agents.services.turns import turn_answer

__all__ = [
    "note_amend",
    "note_draft",
    "note_edit",
    "note_sign",
    "session_create",
    "turn_answer",
    "turn_ask",
    "turn_stop",
]
