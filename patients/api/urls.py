from clinicity.common.routes import route
from patients.api.chart_urls import chart_routes
from patients.api.views import (
    contacts,
    decisions,
    own_account,
    people,
    questionnaire_requests,
    questionnaires,
    removals,
    team,
    timeline,
)

timeline_routes = [
    route("timeline/", timeline.TimelineView, name="timeline"),
    route("timeline/event/", timeline.TimelineEventsView, name="timeline-events"),
    route(
        "timeline/event/<uuid:event_id>/",
        timeline.TimelineEventView,
        name="timeline-event",
    ),
    route(
        "timeline/event/<uuid:event_id>/history/",
        timeline.TimelineHistoryView,
        name="timeline-event-history",
    ),
    route(
        "timeline/event/<uuid:event_id>/restore/",
        timeline.TimelineRestoreView,
        name="timeline-event-restore",
    ),
    route(
        "timeline/event/<uuid:event_id>/undo/",
        timeline.TimelineUndoView,
        name="timeline-event-undo",
    ),
    route("timeline/summary/", timeline.TimelineSummaryView, name="timeline-summary"),
    route("timeline/search/", timeline.TimelineSearchView, name="timeline-search"),
    route("events/", timeline.EventsView, name="events"),
]
OF_PATIENT = "patients/<uuid:patient_id>/"
removal_routes = [
    route("patients/erasures/", removals.ErasuresView, name="erasures"),
    route(f"{OF_PATIENT}erase/", removals.EraseView, name="patient-erase"),
    route(
        f"{OF_PATIENT}deletion-reports/", removals.DeletionReportsView, name="deletion-reports"
    ),
    route(
        f"{OF_PATIENT}deletion-reports/<uuid:order_id>/retry/",
        removals.RemovalRetryView,
        name="deletion-retry",
    ),
    route(f"{OF_PATIENT}legal-holds/", removals.LegalHoldsView, name="legal-holds"),
    route(
        f"{OF_PATIENT}legal-holds/<uuid:hold_id>/lift/",
        removals.LegalHoldLiftView,
        name="legal-hold-lift",
    ),
]
people_routes = [
    route("patients/break-glass/", team.BreakGlassView, name="break-glass"),
    route(
        "patients/break-glass/<uuid:glass_id>/end/",
        team.BreakGlassEndView,
        name="break-glass-end",
    ),
    route(
        "patients/break-glass/<uuid:glass_id>/review/",
        team.BreakGlassReviewView,
        name="break-glass-review",
    ),
    route("patients/cover/", team.CoverView, name="cover"),
    route("patients/hand-over/", team.HandOverView, name="hand-over"),
    route(f"{OF_PATIENT}care-team/", team.CareTeamView, name="care-team"),
    route(f"{OF_PATIENT}care-team/end/", team.CareTeamEndView, name="care-team-end"),
    route(f"{OF_PATIENT}account/", own_account.OwnAccountView, name="own-account"),
    route(f"{OF_PATIENT}proxies/", team.ProxiesView, name="proxies"),
    route(f"{OF_PATIENT}proxies/<uuid:proxy_id>/end/", team.ProxyEndView, name="proxy-end"),
    route(f"{OF_PATIENT}consents/", decisions.ConsentsView, name="consents"),
    route(f"{OF_PATIENT}corrections/", decisions.CorrectionsView, name="patient-corrections"),
    route(
        f"{OF_PATIENT}corrections/<uuid:correction_id>/",
        decisions.CorrectionView,
        name="patient-correction",
    ),
    route(f"{OF_PATIENT}visibility/", decisions.VisibilityView, name="visibility"),
    route(f"{OF_PATIENT}access-log/", decisions.AccessLogView, name="access-log"),
    route(f"{OF_PATIENT}contacts/", contacts.ContactsView, name="contacts"),
    route(f"{OF_PATIENT}contacts/<uuid:contact_id>/", contacts.ContactView, name="contact"),
    route(f"{OF_PATIENT}identifiers/", contacts.IdentifiersView, name="identifiers"),
    route(
        f"{OF_PATIENT}identifiers/<uuid:identifier_id>/",
        contacts.IdentifierView,
        name="identifier",
    ),
    route(f"{OF_PATIENT}merges/", contacts.MergesView, name="merges"),
    route(
        f"{OF_PATIENT}merges/<uuid:alias_id>/undo/", contacts.MergeUndoView, name="merge-undo"
    ),
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
    route("patients/duplicates/", people.DuplicatesView, name="patient-duplicates"),
    route("patients/<uuid:patient_id>/", people.PatientView, name="patient"),
    route(
        "patients/<uuid:patient_id>/restore/",
        people.PatientRestoreView,
        name="patient-restore",
    ),
    route("patients/<uuid:patient_id>/zone-moves/", people.ZoneMovesView, name="zone-moves"),
    *people_routes,
    *removal_routes,
    *timeline_routes,
    *chart_routes,
    *questionnaire_routes,
]
