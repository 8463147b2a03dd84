"""Pages for patients: what they are asked, signed in or by link."""

from django.urls import path

from patients.views import questionnaire_links

app_name = "questionnaires"
urlpatterns = [
    path("", questionnaire_links.mine, name="mine"),
    path("<uuid:request_id>/", questionnaire_links.mine_fill, name="fill"),
    path("<uuid:request_id>/save/", questionnaire_links.mine_save, name="save"),
    path("link/", questionnaire_links.link, name="link"),
    path("link/save/", questionnaire_links.link_save, name="link_save"),
    path("link/<str:token>/", questionnaire_links.enter, name="enter"),
]
