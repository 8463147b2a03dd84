"""Routes of the chart: each kind of row alike, and what is worked out from them."""

from django.urls import URLPattern

from clinicity.common.routes import route
from patients.api.views import chart, encounters

P = "patients/<uuid:patient_id>"


def item_routes(room: str, views: dict[str, type]) -> list[URLPattern]:
    """A list of the chart, its rows, and what is done to one."""
    acts = ("entered-in-error", "restore", "history")
    return [
        route(f"{P}/{room}/", views["list"], name=room),
        route(f"{P}/{room}/<uuid:row_id>/", views["row"], name=f"{room}-row"),
        *[
            route(f"{P}/{room}/<uuid:row_id>/{act}/", views[act], name=f"{room}-{act}")
            for act in acts
        ],
    ]


def row_route(room: str, act: str, view: type) -> URLPattern:
    return route(f"{P}/{room}/<uuid:row_id>/{act}/", view, name=f"{room}-{act}")


VISITS = {**encounters.ENCOUNTERS, "list": encounters.VisitsView}
chart_routes = [
    *item_routes("conditions", chart.CONDITIONS),
    *item_routes("allergies", chart.ALLERGIES),
    route(f"{P}/medications/interactions/", chart.InteractionsView, name="interactions"),
    *item_routes("medications", chart.MEDICATIONS),
    row_route("medications", "stop", chart.MedicationStopView),
    row_route("medications", "dose-change", chart.MedicationDoseChangeView),
    row_route("medications", "doses", chart.MedicationDosesView),
    row_route("medications", "adherence", chart.AdherenceView),
    route(f"{P}/monitoring/", chart.MonitoringView, name="monitoring"),
    route(f"{P}/labs/trends/", chart.TrendsView, name="lab-trends"),
    *item_routes("labs", chart.LABS),
    route(f"{P}/genetics/guidance/", chart.GuidanceView, name="genetic-guidance"),
    *item_routes("genetics", chart.GENETICS),
    *item_routes("encounters", VISITS),
    row_route("encounters", "status", encounters.VisitStatusView),
    route(
        f"{P}/appointments/import/",
        encounters.AppointmentImportView,
        name="appointments-import",
    ),
    *item_routes("appointments", {**VISITS, "list": encounters.AppointmentsView}),
    row_route("appointments", "status", encounters.VisitStatusView),
    route(f"{P}/safety-plan/", chart.SafetyPlanView, name="safety-plan"),
    route(f"{P}/safety-plan/history/", chart.SafetyPlanHistoryView, name="safety-plan-history"),
    route("appointments/calendar.ics", encounters.OwnCalendarView, name="own-calendar"),
    route("codes/conditions/", chart.ConditionCodesView, name="codes-conditions"),
    route("codes/drugs/", chart.DrugsView, name="codes-drugs"),
]
