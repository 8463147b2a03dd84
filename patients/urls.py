from django.urls import path

from patients.views import chart, encounters, medications, people, safety, timeline

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
    path("<uuid:patient_id>/chart/full/", chart.chart_page, name="chart"),
    path("<uuid:patient_id>/chart/<slug:topic>/add/", chart.item_add, name="item_add"),
    *[
        path(
            f"<uuid:patient_id>/chart/<slug:topic>/<uuid:row_id>/{act}/",
            view,
            name=f"item_{act}",
        )
        for act, view in (
            ("edit", chart.item_edit),
            ("error", chart.item_error),
            ("restore", chart.item_restore),
            ("history", chart.item_history),
        )
    ],
    *[
        path(
            f"<uuid:patient_id>/medications/<uuid:row_id>/{act}/",
            view,
            name=f"medication_{act}",
        )
        for act, view in (
            ("stop", medications.stop),
            ("dose", medications.dose_change),
            ("doses", medications.doses),
        )
    ],
    path(
        "<uuid:patient_id>/visits/<uuid:row_id>/status/", encounters.status, name="visit_status"
    ),
    path(
        "<uuid:patient_id>/visits/import/",
        encounters.appointments_import,
        name="appointments_import",
    ),
    path("my-appointments.ics", encounters.own_calendar, name="own_calendar"),
    path("<uuid:patient_id>/safety-plan/", safety.plan, name="safety_plan"),
    path("<uuid:patient_id>/safety-plan/edit/", safety.plan_edit, name="safety_plan_edit"),
]
