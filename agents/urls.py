from django.urls import path

from agents import views

app_name = "agents"
urlpatterns = [
    path("", views.chats, name="chats"),
    path("patients/<uuid:patient_id>/panel/", views.panel, name="panel"),
    path("patients/<uuid:patient_id>/chat/", views.chat, name="chat"),
    path("patients/<uuid:patient_id>/ask/", views.ask, name="ask"),
    path("patients/<uuid:patient_id>/notes/draft/", views.note_draft, name="note_draft"),
    path("turns/<uuid:turn_id>/", views.turn, name="turn"),
    path("turns/<uuid:turn_id>/stop/", views.stop, name="stop"),
    path("turns/<uuid:turn_id>/retry/", views.retry, name="retry"),
    path("notes/<uuid:note_id>/", views.note, name="note"),
]
