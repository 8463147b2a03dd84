from clinicity.common.routes import route
from patients.api.views import people, timeline

timeline_routes = [
    route("timeline/", timeline.TimelineView, name="timeline"),
    route("timeline/event/", timeline.TimelineEventsView, name="timeline-events"),
    route(
        "timeline/event/<uuid:event_id>/",
        timeline.TimelineEventView,
        name="timeline-event",
    ),
    route("timeline/summary/", timeline.TimelineSummaryView, name="timeline-summary"),
    route("timeline/search/", timeline.TimelineSearchView, name="timeline-search"),
    route("events/", timeline.EventsView, name="events"),
]
urlpatterns = [
    route("patients/", people.PatientsView, name="patients"),
    route("patients/<uuid:patient_id>/", people.PatientView, name="patient"),
    route(
        "patients/<uuid:patient_id>/restore/",
        people.PatientRestoreView,
        name="patient-restore",
    ),
    route("patients/<uuid:patient_id>/zone-moves/", people.ZoneMovesView, name="zone-moves"),
    *timeline_routes,
]
