"""Under /audit/, in the portal's namespace."""

from django.urls import path

from clinicity.portal.audit import views

urlpatterns = [
    path("", views.trail, name="audit"),
    path("events/<uuid:audit_id>/", views.event, name="audit_event"),
    path("export/", views.export, name="audit_export"),
    path("picture/", views.picture, name="audit_picture"),
    path("alerts/", views.alerts, name="audit_alerts"),
    path("alerts/<uuid:security_id>/", views.alert, name="audit_alert"),
    path(
        "alerts/<uuid:security_id>/acknowledge/",
        views.alert_acknowledge,
        name="audit_alert_acknowledge",
    ),
    path("alerts/<uuid:security_id>/review/", views.alert_review, name="audit_alert_review"),
    path("verify/", views.verify, name="audit_verify"),
    path("verify/<uuid:job_id>/", views.proof, name="audit_proof"),
    path("filters/", views.filter_save, name="audit_filter_save"),
    path("filters/<uuid:filter_id>/rename/", views.filter_rename, name="audit_filter_rename"),
    path("filters/<uuid:filter_id>/delete/", views.filter_delete, name="audit_filter_delete"),
    path(
        "filters/<uuid:filter_id>/restore/", views.filter_restore, name="audit_filter_restore"
    ),
]
