"""Pages of the chart, of visits and of the safety plan."""

from django.urls import path

from patients.views import chart, encounters, medications, safety

chart_urls = [
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
