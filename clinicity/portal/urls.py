from django.urls import include, path

from clinicity.portal import views

app_name = "portal"
urlpatterns = [
    path("", views.root, name="root"),
    path("today/", views.today, name="today"),
    path("patients/", views.patients, name="patients"),
    path("patients/<uuid:patient_id>/", views.patient, name="patient"),
    path("patients/<uuid:patient_id>/picture/", views.picture, name="picture"),
    path("patients/<uuid:patient_id>/since/", views.since, name="since"),
    path("tasks/", views.tasks, name="tasks"),
    path("audit/", include("clinicity.portal.audit.urls")),
    path("gallery/", views.gallery, name="gallery"),
]
