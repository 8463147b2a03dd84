from django.urls import path

from patients.views import (
    chart,
    people,
    questionnaire_wording,
    questionnaires,
    timeline,
)

app_name = "patients"
OF_ONE = "<uuid:patient_id>/questionnaires"
questionnaire_urls = [
    path(f"{OF_ONE}/", questionnaires.page, name="questionnaires"),
    path(f"{OF_ONE}/assign/", questionnaires.assign, name="questionnaire_assign"),
    path(f"{OF_ONE}/fill/<slug:instrument>/", questionnaires.fill, name="questionnaire_fill"),
    path(
        f"{OF_ONE}/schedules/<uuid:schedule_id>/end/",
        questionnaires.schedule_end,
        name="questionnaire_schedule_end",
    ),
    path(
        f"{OF_ONE}/requests/<uuid:request_id>/revoke/",
        questionnaires.request_revoke,
        name="questionnaire_revoke",
    ),
    path(
        f"{OF_ONE}/requests/<uuid:request_id>/link/",
        questionnaires.link_make,
        name="questionnaire_link_make",
    ),
    path(
        f"{OF_ONE}/reports/<uuid:report_id>/seen/",
        questionnaires.report_see,
        name="self_harm_seen",
    ),
    path(f"{OF_ONE}/<uuid:response_id>/", questionnaires.detail, name="questionnaire"),
    path(
        f"{OF_ONE}/<uuid:response_id>/amend/",
        questionnaires.amend,
        name="questionnaire_amend",
    ),
    path(
        f"{OF_ONE}/<uuid:response_id>/error/",
        questionnaires.error,
        name="questionnaire_error",
    ),
    path(
        f"{OF_ONE}/<uuid:response_id>/undo/",
        questionnaires.error_undo,
        name="questionnaire_undo",
    ),
    path("questionnaires/wordings/", questionnaire_wording.wordings, name="wordings"),
    path(
        "questionnaires/wordings/withdraw/",
        questionnaire_wording.withdraw,
        name="wording_withdraw",
    ),
]
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
    *questionnaire_urls,
]
