"""The API's routes at the root, for the clients that know them there."""

from django.urls import include, path

urlpatterns = [
    path("", include("patients.api.urls")),
    path("", include("documents.api.urls")),
    path("", include("agents.api.urls")),
]
