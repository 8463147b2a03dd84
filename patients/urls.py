from django.urls import path

from patients.chart_urls import chart_urls
from patients.views import (
    access,
    break_glass,
    chart,
    erasure,
    people,
    questionnaire_wording,
    questionnaires,
    records,
    timeline,
    timeline_entry,
    timeline_page,
)

ENTRY = "<uuid:patient_id>/timeline/<uuid:event_id>/"
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
    path("<uuid:patient_id>/access/account/", access.account_link, name="account_link"),
    path("<uuid:patient_id>/access/account/end/", access.account_unlink, name="account_unlink"),
    path("<uuid:patient_id>/access/proxies/", access.proxy_add, name="proxy_add"),
    path("<uuid:patient_id>/merge/", records.candidates, name="merge_candidates"),
    path("<uuid:patient_id>/merge/<uuid:merged_id>/", records.merge, name="merge"),
    path(
        "<uuid:patient_id>/merge/<uuid:alias_id>/undo/", records.merge_undo, name="merge_undo"
    ),
    path("<uuid:patient_id>/access/corrections/", access.correction_ask, name="correction_ask"),
    path(
        "<uuid:patient_id>/access/corrections/<uuid:correction_id>/",
        access.correction_answer,
        name="correction_answer",
    ),
    path("<uuid:patient_id>/access/removals/", access.removals, name="removals"),
    path("erasures/", erasure.erasures, name="erasures"),
    path("<uuid:patient_id>/erase/", erasure.erase, name="erase"),
    path("<uuid:patient_id>/holds/", erasure.hold, name="hold"),
    path("<uuid:patient_id>/holds/<uuid:hold_id>/lift/", erasure.hold_lift, name="hold_lift"),
    path(
        "<uuid:patient_id>/removals/<uuid:order_id>/retry/",
        erasure.retry,
        name="removal_retry",
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
    *chart_urls,
    *questionnaire_urls,
]
