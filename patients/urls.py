from django.urls import path

from patients.views import (
    access,
    break_glass,
    chart,
    encounters,
    medications,
    people,
    safety,
    timeline,
    timeline_entry,
    timeline_page,
)

ENTRY = "<uuid:patient_id>/timeline/<uuid:event_id>/"

app_name = "patients"
urlpatterns = [
    path("new/", people.create, name="create"),
    path("break-glass/", break_glass.open_glass, name="break_glass"),
    path("break-glass/reviews/", break_glass.reviews, name="reviews"),
    path("break-glass/<uuid:glass_id>/end/", break_glass.end_glass, name="break_glass_end"),
    path("break-glass/<uuid:glass_id>/review/", break_glass.review, name="review"),
    path("<uuid:patient_id>/access/", access.page, name="access"),
    path("<uuid:patient_id>/access/team/", access.member_add, name="member_add"),
    path(
        "<uuid:patient_id>/access/team/<uuid:user_id>/end/",
        access.member_end,
        name="member_end",
    ),
    path("<uuid:patient_id>/access/consent/", access.consent, name="consent"),
    path(
        "<uuid:patient_id>/access/proxies/<uuid:proxy_id>/end/",
        access.proxy_end,
        name="proxy_end",
    ),
    path("<uuid:patient_id>/access/corrections/", access.correction_ask, name="correction_ask"),
    path(
        "<uuid:patient_id>/access/corrections/<uuid:correction_id>/",
        access.correction_answer,
        name="correction_answer",
    ),
    path("<uuid:patient_id>/edit/", people.edit, name="edit"),
    path("<uuid:patient_id>/zone-moves/", people.zone_move, name="zone_move"),
    path("<uuid:patient_id>/delete/", people.delete, name="delete"),
    path("<uuid:patient_id>/deleted/", people.deleted, name="deleted"),
    path("<uuid:patient_id>/restore/", people.restore, name="restore"),
    path("<uuid:patient_id>/timeline/panel/", timeline.timeline_panel, name="timeline_panel"),
    path("<uuid:patient_id>/timeline/add/", timeline.timeline_add, name="timeline_add"),
    path("<uuid:patient_id>/timeline/", timeline_page.timeline, name="timeline"),
    path("<uuid:patient_id>/timeline/print/", timeline_page.printed, name="timeline_print"),
    path("<uuid:patient_id>/timeline/export.csv", timeline_page.export, name="timeline_export"),
    path("<uuid:patient_id>/timeline/new/", timeline_entry.create, name="timeline_new"),
    path(ENTRY, timeline_entry.entry, name="timeline_entry"),
    path(f"{ENTRY}edit/", timeline_entry.edit, name="timeline_edit"),
    path(f"{ENTRY}history/", timeline_entry.history, name="timeline_history"),
    path(f"{ENTRY}remove/", timeline_entry.remove, name="timeline_remove"),
    path(f"{ENTRY}restore/", timeline_entry.restore, name="timeline_restore"),
    path(f"{ENTRY}undo/", timeline_entry.undo, name="timeline_undo"),
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
