"""Every URL of Clinicity. Includes are by name, so this file imports no app."""

from django.contrib import admin
from django.urls import include, path, re_path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from clinicity.common.problems import api_not_found

API = [
    "clinicity.accounts.api.urls",
    "patients.api.urls",
    "biometrics.api.urls",
    "documents.api.urls",
    "twins.api.urls",
    "alerts.api.urls",
    "agents.api.urls",
    "clinicity.portal.api.urls",
]
# Paths that the seeds' clients know at the root.
ALIASES = "chat|timeline|upload|expert_opinion|anatomy|events"

urlpatterns = [
    path("", include("clinicity.stack.urls")),
    path("", include("clinicity.portal.urls")),
    path("accounts/", include("clinicity.accounts.urls")),
    path("patients/", include("patients.urls")),
    path("me/", include("patients.me_urls")),
    path("questionnaires/", include("patients.questionnaire_urls")),
    path("biometrics/", include("biometrics.urls")),
    path("documents/", include("documents.urls")),
    path("twins/", include("twins.urls")),
    path("alerts/", include("alerts.urls")),
    path("agents/", include("agents.urls")),
    path("admin/", admin.site.urls),
    path("api/schema/", SpectacularAPIView.as_view(), name="schema"),
    path("api/docs/", SpectacularSwaggerSplitView.as_view(url_name="schema"), name="docs"),
    *[path("api/v1/", include(module)) for module in API],
    re_path(r"^api/", api_not_found),
    re_path(rf"^(?=(?:{ALIASES})(?:/|$))", include("clinicity.aliases")),
]
