from django.urls import URLPattern

from clinicity.common.routes import route
from twins.api import views

TWIN = "digital-twins/<uuid:patient_id>/"
urlpatterns: list[URLPattern] = [
    route("digital-twins/generate/", views.GenerateView, name="twin-generate"),
    route(TWIN, views.TwinView, name="twin"),
    route(f"{TWIN}history/", views.TwinHistoryView, name="twin-history"),
    route(f"{TWIN}forecast/", views.ForecastView, name="twin-forecast"),
    route(f"{TWIN}predictions/", views.PredictionsView, name="twin-predictions"),
    route(f"{TWIN}what-if/", views.WhatIfView, name="twin-what-if"),
    route("models/", views.ModelsView, name="models"),
    route("jobs/<uuid:job_id>/", views.JobView, name="job"),
]
