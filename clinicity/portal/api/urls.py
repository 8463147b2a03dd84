from clinicity.common.routes import route
from clinicity.portal.api import views

urlpatterns = [
    route("audit/events/", views.EventsView, name="audit-events"),
    route("audit/events/<uuid:audit_id>/", views.EventView, name="audit-event"),
    route("audit/export/", views.ExportView, name="audit-export"),
    route("audit/alerts/", views.AlertsView, name="audit-alerts"),
    route(
        "audit/alerts/<uuid:security_id>/acknowledge/",
        views.AlertAcknowledgeView,
        name="audit-alert-acknowledge",
    ),
    route(
        "audit/alerts/<uuid:security_id>/review/",
        views.AlertReviewView,
        name="audit-alert-review",
    ),
    route("audit/verify/", views.VerifyView, name="audit-verify"),
    route("audit/verify/<uuid:job_id>/", views.ProofView, name="audit-proof"),
]
