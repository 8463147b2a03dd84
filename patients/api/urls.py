from clinicity.common.routes import route
from patients.api import views

timeline = [
    route("timeline/", views.TimelineView, name="timeline"),
    route("timeline/event/", views.TimelineEventsView, name="timeline-events"),
    route(
        "timeline/event/<uuid:event_id>/",
        views.TimelineEventView,
        name="timeline-event",
    ),
    route("timeline/summary/", views.TimelineSummaryView, name="timeline-summary"),
    route("timeline/search/", views.TimelineSearchView, name="timeline-search"),
    route("events/", views.EventsView, name="events"),
]
urlpatterns = [
    route("patients/", views.PatientsView, name="patients"),
    route("patients/<uuid:patient_id>/", views.PatientView, name="patient"),
    route(
        "patients/<uuid:patient_id>/restore/",
        views.PatientRestoreView,
        name="patient-restore",
    ),
    route("patients/<uuid:patient_id>/zone-moves/", views.ZoneMovesView, name="zone-moves"),
    *timeline,
]
