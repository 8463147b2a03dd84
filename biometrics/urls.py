from django.urls import path

from biometrics.views import (
    corrections,
    data,
    devices,
    import_columns,
    imports,
    readings,
    removals,
)

app_name = "biometrics"
PATIENT, UPLOAD = "patients/<uuid:patient_id>/", "imports/uploads/<uuid:upload_id>/"
IMPORT = "imports/<uuid:import_id>/"
DEVICE = f"{PATIENT}devices/<uuid:device_id>"
urlpatterns = [
    path(f"{PATIENT}panel/", readings.panel, name="panel"),
    path(PATIENT, readings.series, name="series"),
    path(f"{PATIENT}devices/", devices.devices, name="devices"),
    path(f"{PATIENT}devices/order/", devices.order, name="device_order"),
    path(f"{DEVICE}/edit/", devices.edit, name="device_edit"),
    path(f"{DEVICE}/revoke/", devices.revoke, name="device_revoke"),
    path(f"{DEVICE}/pair/", devices.pair, name="device_pair"),
    path(f"{DEVICE}/standing/", devices.standing, name="device_standing"),
    path(f"{PATIENT}compare/", readings.compare, name="compare"),
    path(f"{PATIENT}data/", data.data, name="data"),
    path(f"{PATIENT}correct/", corrections.correct, name="correct"),
    path(
        f"{PATIENT}corrections/<int:position>/restore/",
        corrections.restore,
        name="restore",
    ),
    path(f"{PATIENT}removals/", removals.removals, name="removals"),
    path(f"{PATIENT}removals/<uuid:removal_id>/lift/", removals.lift, name="removal_lift"),
    path("receipts/<uuid:batch_id>/", data.receipt, name="receipt"),
    path(f"{PATIENT}imports/", imports.of_patient, name="imports"),
    path(UPLOAD, imports.prepare, name="import_prepare"),
    path(f"{UPLOAD}columns/", import_columns.columns, name="import_columns"),
    path(f"{UPLOAD}delete/", imports.upload_delete, name="import_upload_delete"),
    path(IMPORT, imports.run, name="import"),
    path(f"{IMPORT}standing/", imports.standing, name="import_standing"),
    path(f"{IMPORT}store/", imports.store, name="import_store"),
    path(f"{IMPORT}<slug:act>/", imports.wish, name="import_wish"),
]
