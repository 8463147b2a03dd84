from agents.api import views
from clinicity.common.routes import route

urlpatterns = [
    route("chat/session/", views.SessionView, name="chat-session"),
    route("chat/stream/", views.ChatStreamView, name="chat-stream"),
    route("chat/history/", views.HistoryView, name="chat-history"),
    route("chat/", views.ChatView, name="chat"),
    route("notes/draft/", views.NoteDraftView, name="note-draft"),
    route("notes/<uuid:note_id>/", views.NoteView, name="note"),
    route("notes/<uuid:note_id>/sign/", views.NoteSignView, name="note-sign"),
    route("notes/<uuid:note_id>/amend/", views.NoteAmendView, name="note-amend"),
    route("expert_opinion/", views.UnbuiltView, name="expert-opinion"),
    route("expert_opinion/history/", views.UnbuiltView, name="expert-opinion-history"),
    route("anatomy/", views.UnbuiltView, name="anatomy"),
    route("knowledge/graph/", views.GraphView, name="knowledge-graph"),
]
