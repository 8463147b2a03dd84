from django.urls import path

from biometrics.views import corrections, data, readings

app_name = "biometrics"
urlpatterns = [
    path("patients/<uuid:patient_id>/panel/", readings.panel, name="panel"),
    path("patients/<uuid:patient_id>/", readings.series, name="series"),
    path("patients/<uuid:patient_id>/compare/", readings.compare, name="compare"),
    path("patients/<uuid:patient_id>/data/", data.data, name="data"),
    path("patients/<uuid:patient_id>/correct/", corrections.correct, name="correct"),
    path(
        "patients/<uuid:patient_id>/corrections/<int:position>/restore/",
        corrections.restore,
        name="restore",
    ),
    path("receipts/<uuid:batch_id>/", data.receipt, name="receipt"),
]
