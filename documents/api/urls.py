from clinicity.common.routes import route
from documents.api import views

ONE = "documents/<uuid:document_id>/"
urlpatterns = [
    route("upload/document/", views.UploadView, name="upload-document"),
    route("upload/documents/", views.DocumentsView, name="upload-documents"),
    route("upload/status/<uuid:document_id>/", views.StatusView, name="upload-status"),
    route(ONE, views.DocumentView, name="document"),
    route(f"{ONE}pages/", views.PagesView, name="document-pages"),
    route(f"{ONE}pages/<int:number>/image/", views.PageImageView, name="document-page-image"),
    route(f"{ONE}file/", views.FileView, name="document-file"),
    route(f"{ONE}retry/", views.RetryView, name="document-retry"),
    route(f"{ONE}accept/", views.AcceptView, name="document-accept"),
]
