from django.urls import path

from biometrics.views import corrections, data, devices, readings

app_name = "biometrics"
DEVICE = "patients/<uuid:patient_id>/devices/<uuid:device_id>"
urlpatterns = [
    path("patients/<uuid:patient_id>/panel/", readings.panel, name="panel"),
    path("patients/<uuid:patient_id>/", readings.series, name="series"),
    path("patients/<uuid:patient_id>/devices/", devices.devices, name="devices"),
    path("patients/<uuid:patient_id>/devices/order/", devices.order, name="device_order"),
    path(f"{DEVICE}/edit/", devices.edit, name="device_edit"),
    path(f"{DEVICE}/revoke/", devices.revoke, name="device_revoke"),
    path(f"{DEVICE}/pair/", devices.pair, name="device_pair"),
    path(f"{DEVICE}/standing/", devices.standing, name="device_standing"),
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
