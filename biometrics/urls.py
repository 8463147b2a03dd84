from django.urls import path

from biometrics.views import readings

app_name = "biometrics"
urlpatterns = [
    path("patients/<uuid:patient_id>/panel/", readings.panel, name="panel"),
    path("patients/<uuid:patient_id>/", readings.series, name="series"),
]
