from django.urls import path

from patients.views import me

app_name = "me"
urlpatterns = [
    path("", me.home, name="home"),
    path("<uuid:patient_id>/", me.record, name="record"),
    path("<uuid:patient_id>/looks/", me.looks, name="looks"),
    path("<uuid:patient_id>/consents/", me.consents, name="consents"),
    path("<uuid:patient_id>/consents/decide/", me.decide, name="decide"),
    path("<uuid:patient_id>/corrections/", me.corrections, name="corrections"),
    path("<uuid:patient_id>/corrections/ask/", me.correct, name="correct"),
]
