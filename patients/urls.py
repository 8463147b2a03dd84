from django.urls import path

from patients.views import chart, people, timeline

app_name = "patients"
urlpatterns = [
    path("new/", people.create, name="create"),
    path("<uuid:patient_id>/edit/", people.edit, name="edit"),
    path("<uuid:patient_id>/zone-moves/", people.zone_move, name="zone_move"),
    path("<uuid:patient_id>/delete/", people.delete, name="delete"),
    path("<uuid:patient_id>/deleted/", people.deleted, name="deleted"),
    path("<uuid:patient_id>/restore/", people.restore, name="restore"),
    path("<uuid:patient_id>/timeline/", timeline.timeline_panel, name="timeline_panel"),
    path("<uuid:patient_id>/timeline/add/", timeline.timeline_add, name="timeline_add"),
    path("<uuid:patient_id>/chart/", chart.chart_panel, name="panel"),
]
