from biometrics.api.views import imports
from clinicity.common.routes import route

ONE, UPLOAD = "imports/<uuid:import_id>/", "imports/uploads/<uuid:upload_id>/"
urlpatterns = [
    route("imports/", imports.ImportsView, name="imports"),
    route("imports/formats/", imports.FormatsView, name="import-formats"),
    route("imports/uploads/", imports.UploadsView, name="import-uploads"),
    route(UPLOAD, imports.UploadView, name="import-upload"),
    route(f"{UPLOAD}finish/", imports.UploadFinishView, name="import-upload-finish"),
    route(ONE, imports.ImportView, name="import"),
    route(f"{ONE}pause/", imports.PauseView, name="import-pause"),
    route(f"{ONE}resume/", imports.ResumeView, name="import-resume"),
    route(f"{ONE}cancel/", imports.CancelView, name="import-cancel"),
    route(f"{ONE}retry/", imports.RetryView, name="import-retry"),
]
