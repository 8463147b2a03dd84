from django.urls import path

from patients import views

app_name = "patients"
urlpatterns = [
    path("new/", views.create, name="create"),
    path("<uuid:patient_id>/edit/", views.edit, name="edit"),
    path("<uuid:patient_id>/zone-moves/", views.zone_move, name="zone_move"),
    path("<uuid:patient_id>/delete/", views.delete, name="delete"),
    path("<uuid:patient_id>/deleted/", views.deleted, name="deleted"),
    path("<uuid:patient_id>/restore/", views.restore, name="restore"),
    path("<uuid:patient_id>/timeline/", views.timeline_panel, name="timeline_panel"),
    path("<uuid:patient_id>/timeline/add/", views.timeline_add, name="timeline_add"),
    path("<uuid:patient_id>/chart/", views.chart_panel, name="panel"),
]
