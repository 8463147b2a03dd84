from clinicity.common.routes import route
from patients.api.views import people, questionnaire_requests, questionnaires, timeline

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
ANSWERS = "patients/<uuid:patient_id>/questionnaires"
REQUESTS = "patients/<uuid:patient_id>/questionnaire-requests"
questionnaire_routes = [
    route("questionnaires/", questionnaires.DefinitionsView, name="questionnaires"),
    route(f"{ANSWERS}/", questionnaires.ResponsesView, name="patient-questionnaires"),
    route(
        f"{ANSWERS}/<uuid:response_id>/",
        questionnaires.ResponseView,
        name="patient-questionnaire",
    ),
    route(
        f"{ANSWERS}/<uuid:response_id>/amend/",
        questionnaires.AmendView,
        name="questionnaire-amend",
    ),
    route(
        f"{ANSWERS}/<uuid:response_id>/entered-in-error/",
        questionnaires.ErrorView,
        name="questionnaire-error",
    ),
    route(f"{REQUESTS}/", questionnaire_requests.RequestsView, name="questionnaire-requests"),
    route(
        f"{REQUESTS}/<uuid:request_id>/",
        questionnaire_requests.RequestView,
        name="questionnaire-request",
    ),
    route(
        f"{REQUESTS}/<uuid:request_id>/link/",
        questionnaire_requests.RequestLinkView,
        name="questionnaire-request-link",
    ),
    route(
        "patients/<uuid:patient_id>/questionnaire-schedules/<uuid:schedule_id>/",
        questionnaire_requests.ScheduleView,
        name="questionnaire-schedule",
    ),
    route(
        "questionnaire-links/open/",
        questionnaire_requests.LinkFormView,
        name="questionnaire-link",
    ),
    route(
        "questionnaire-links/draft/",
        questionnaire_requests.LinkDraftView,
        name="questionnaire-link-draft",
    ),
    route(
        "questionnaire-links/answer/",
        questionnaire_requests.LinkAnswerView,
        name="questionnaire-link-answer",
    ),
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
    *questionnaire_routes,
]
