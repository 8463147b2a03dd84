from django.urls import path

from biometrics import views

app_name = "biometrics"
urlpatterns = [
    path("patients/<uuid:patient_id>/panel/", views.panel, name="panel"),
    path("patients/<uuid:patient_id>/", views.series, name="series"),
]
