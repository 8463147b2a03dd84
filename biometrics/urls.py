from django.urls import path

from biometrics.views import import_columns, imports, readings

app_name = "biometrics"
PATIENT, UPLOAD = "patients/<uuid:patient_id>/", "imports/uploads/<uuid:upload_id>/"
IMPORT = "imports/<uuid:import_id>/"
urlpatterns = [
    path(f"{PATIENT}panel/", readings.panel, name="panel"),
    path(PATIENT, readings.series, name="series"),
    path(f"{PATIENT}imports/", imports.of_patient, name="imports"),
    path(UPLOAD, imports.prepare, name="import_prepare"),
    path(f"{UPLOAD}columns/", import_columns.columns, name="import_columns"),
    path(f"{UPLOAD}delete/", imports.upload_delete, name="import_upload_delete"),
    path(IMPORT, imports.run, name="import"),
    path(f"{IMPORT}standing/", imports.standing, name="import_standing"),
    path(f"{IMPORT}store/", imports.store, name="import_store"),
    path(f"{IMPORT}<slug:act>/", imports.wish, name="import_wish"),
]
