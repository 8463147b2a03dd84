"""Conversations and notes in the admin: states and counts, never what was said."""

from django.contrib import admin

from agents.models import ChatSession, NoteRevision, Turn
from clinicity.common.admin import ReadOnlyAdmin


@admin.register(ChatSession)
class ChatSessionAdmin(ReadOnlyAdmin[ChatSession]):
    list_display = ("created_at", "patient", "created_by")
    list_select_related = ("patient",)
    fields = ("id", "created_at", "patient", "created_by")
    readonly_fields = fields


@admin.register(Turn)
class TurnAdmin(ReadOnlyAdmin[Turn]):
    list_display = ("created_at", "patient", "state", "engine", "evidence_count", "dropped")
    list_filter = ("state", "engine")
    list_select_related = ("patient",)
    fields = (
        "id", "created_at", "patient", "session", "number", "state", "asked_by", "asked_as",
        "engine", "prompts", "evidence_count", "dropped", "failure", "finished_at",
    )  # fmt: skip
    readonly_fields = fields


@admin.register(NoteRevision)
class NoteRevisionAdmin(ReadOnlyAdmin[NoteRevision]):
    list_display = ("created_at", "patient", "note", "number", "state", "written_by")
    list_filter = ("state",)
    list_select_related = ("patient", "note")
    fields = ("id", "created_at", "patient", "note", "number", "state", "written_by")
    readonly_fields = fields
