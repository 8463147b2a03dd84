"""Answers, requests, links and wordings: what is kept, and who is let in."""

import datetime as dt
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.accounts.services import user_create
from clinicity.audit import services as audit
from clinicity.audit.models import AuditEvent
from clinicity.common import clock
from clinicity.common.actors import SYSTEM, WORKER, Role
from clinicity.common.exceptions import Conflict, Invalid, NotFound, Refused
from clinicity.common.models import OutboxEvent
from patients import selectors, services
from patients.instruments import SHIPPED, wording
from patients.models import Patient, Proxy, QuestionnaireRequest, QuestionnaireResponse
from patients.services import Filled

pytestmark = pytest.mark.django_db
HARMLESS = [1, 1, 1, 1, 1, 1, 1, 1, 0]
HARM = [*HARMLESS[:8], 2]
BORN = dt.date(1985, 7, 20)
HERE = "127.0.0.1"


def answered(by: User, patient: Patient, answers: Any = HARMLESS, **more: Any) -> Any:
    given = {"instrument": "phq9", "answers": answers, "answered_at": clock.now()} | more
    return services.questionnaire_response_add(by=by.actor, patient_id=patient.id, **given)


def titles(by: User, patient: Patient) -> list[str]:
    return [event.title for event in selectors.timeline_page(by.actor, patient.id).items]


def told(name: str) -> int:
    return OutboxEvent.objects.filter(name=name).count()


def request_of(by: User, patient: Patient, **more: Any) -> QuestionnaireRequest:
    given = {"instrument": "phq9"} | more
    services.questionnaire_assign(by=by.actor, patient_id=patient.id, **given)
    return selectors.questionnaire_requests(by.actor, patient.id)[0]


# Answers


def test_missing_answers_leave_no_score_and_say_why(alice: User, patient: Patient) -> None:
    row = answered(alice, patient, [1] * 6 + [None] * 3)
    assert row.score is None
    assert "7, 8, 9" in row.no_score_reason
    assert titles(alice, patient) == ["PHQ-9: no score"]
    assert selectors.questionnaire_responses(alice.actor, patient.id) == []
    assert len(selectors.questionnaires_standing(alice.actor, patient.id)) == 1
    with pytest.raises(Invalid):
        answered(alice, patient, [None] * 9)


def test_answers_cannot_be_changed_by_anyone(alice: User, patient: Patient) -> None:
    row = answered(alice, patient)
    row.answers = [3] * 9
    with (
        pytest.raises(DatabaseError, match="kept as they were given"),
        transaction.atomic(),
        acting_as(alice.actor),
    ):
        row.save()
    with (
        pytest.raises(DatabaseError),
        transaction.atomic(),
        acting_as(alice.actor),
    ):
        QuestionnaireResponse.objects.filter(id=row.id).delete()


def test_a_correction_is_a_version_with_its_reason(alice: User, patient: Patient) -> None:
    old = answered(alice, patient)
    new = services.response_amend(
        by=alice.actor, response_id=old.id, answers=[2] * 8 + [0], reason="Typed wrongly"
    )
    assert (new.version, new.corrects_id, int(new.score)) == (2, old.id, 16)
    (standing,) = selectors.questionnaire_responses(alice.actor, patient.id)
    assert standing.id == new.id
    assert titles(alice, patient) == ["PHQ-9: 16 (moderately severe)"]
    versions = selectors.questionnaire_versions(alice.actor, old)
    assert [one.version for one in versions] == [2, 1]
    assert versions[0].reason == "Typed wrongly"
    with pytest.raises(Conflict):
        services.response_amend(
            by=alice.actor, response_id=old.id, answers=HARMLESS, reason="again"
        )
    with pytest.raises(Invalid):
        services.response_amend(
            by=alice.actor, response_id=new.id, answers=HARMLESS, reason=" "
        )


def test_entered_in_error_goes_and_comes_back(alice: User, patient: Patient) -> None:
    row = answered(alice, patient)
    services.response_error_mark(by=alice.actor, response_id=row.id, reason="Wrong person")
    assert selectors.questionnaire_responses(alice.actor, patient.id) == []
    assert titles(alice, patient) == []
    services.response_error_undo(by=alice.actor, response_id=row.id)
    assert len(selectors.questionnaire_responses(alice.actor, patient.id)) == 1
    assert titles(alice, patient) == ["PHQ-9: 8 (mild)"]
    with pytest.raises(Conflict):
        services.response_error_undo(by=alice.actor, response_id=row.id)
    acts = set(AuditEvent.objects.values_list("act", flat=True))
    assert {"questionnaire.entered_in_error", "questionnaire.error_undone"} <= acts


def test_strangers_change_nothing(alice: User, charlie: User, patient: Patient) -> None:
    row = answered(alice, patient)
    request = request_of(alice, patient)
    for act in (
        lambda: services.response_amend(
            by=charlie.actor, response_id=row.id, answers=HARMLESS, reason="x"
        ),
        lambda: services.response_error_mark(by=charlie.actor, response_id=row.id, reason="x"),
        lambda: services.questionnaire_request_revoke(by=charlie.actor, request_id=request.id),
        lambda: services.questionnaire_link_make(by=charlie.actor, request_id=request.id),
        lambda: selectors.questionnaire_get(charlie.actor, patient.id, row.id),
        lambda: answered(charlie, patient),
    ):
        with pytest.raises(NotFound):
            act()
    assert selectors.questionnaires_due(charlie.actor).due == []


# Self-harm


def test_self_harm_is_marked_told_and_waits_until_seen(alice: User, patient: Patient) -> None:
    row = answered(alice, patient, HARM)
    assert "PHQ-9: thoughts of death or self-harm were reported" in titles(alice, patient)
    assert told("patients.self_harm_reported") == 1
    (report,) = selectors.questionnaires_due(alice.actor).reports
    assert report.response_id == row.id
    services.self_harm_report_see(by=alice.actor, report_id=report.id, note="Called.")
    assert selectors.questionnaires_due(alice.actor).reports == []


def test_old_answers_and_harmless_ones_ring_nobody(alice: User, patient: Patient) -> None:
    answered(alice, patient)
    answered(alice, patient, HARM, answered_at=clock.now() - dt.timedelta(days=30))
    assert told("patients.self_harm_reported") == 0


def test_a_correction_that_brings_self_harm_rings(alice: User, patient: Patient) -> None:
    row = answered(alice, patient)
    new = services.response_amend(
        by=alice.actor, response_id=row.id, answers=HARM, reason="Misread"
    )
    assert told("patients.self_harm_reported") == 1
    services.response_amend(by=alice.actor, response_id=new.id, answers=HARM, reason="Again")
    assert told("patients.self_harm_reported") == 1


def test_the_screener_rings_at_any_yes(alice: User, patient: Patient) -> None:
    answered(alice, patient, [1, 0, None, None, None, 0, None], instrument="cssrs")
    assert "C-SSRS screener: low" in titles(alice, patient)
    assert told("patients.self_harm_reported") == 1


# Requests


def test_repeated_requests_fall_due_once_each(
    alice: User, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    request_of(alice, patient, every_days=7)
    assert services.requests_make_due(by=WORKER) == 0
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + dt.timedelta(days=8))
    assert services.requests_make_due(by=WORKER) == 1
    assert services.requests_make_due(by=WORKER) == 0
    states = [row.state for row in selectors.questionnaire_requests(alice.actor, patient.id)]
    assert states == ["due", "missed"]
    monkeypatch.setattr(clock, "now", lambda: now + dt.timedelta(days=13))
    services.requests_make_due(by=WORKER)
    services.requests_make_due(by=WORKER)
    assert told("patients.questionnaire_overdue") == 1
    (due,) = selectors.questionnaires_due(alice.actor).due
    assert (due.name, due.overdue_days) == ("PHQ-9", 6)


def test_an_ended_schedule_asks_no_more(alice: User, patient: Patient) -> None:
    request = request_of(alice, patient, every_days=7)
    services.questionnaire_schedule_end(by=alice.actor, schedule_id=request.schedule_id)
    assert selectors.questionnaires_due(alice.actor).due == []
    assert selectors.questionnaire_schedules(alice.actor, patient.id) == []


@pytest.mark.parametrize(
    "wrong",
    [
        {"every_days": 0},
        {"every_days": 400},
        {"until": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)},
        {"instrument": "nothing"},
    ],
)
def test_senseless_assignments_are_refused(
    alice: User, patient: Patient, wrong: dict[str, Any]
) -> None:
    with pytest.raises(Invalid):
        request_of(alice, patient, **wrong)


def test_due_list_takes_the_same_queries_for_many(
    alice: User, patient: Patient, django_assert_max_num_queries: Any
) -> None:
    for _ in range(4):
        request_of(alice, patient)
    with django_assert_max_num_queries(8):
        assert len(selectors.questionnaires_due(alice.actor).due) == 4


def test_a_request_is_answered_once(alice: User, patient: Patient) -> None:
    request = request_of(alice, patient)
    filled = Filled("phq9", HARMLESS, clock.now())
    first = services.questionnaire_request_answer(
        by=alice.actor, request_id=request.id, filled=filled
    )
    again = services.questionnaire_request_answer(
        by=alice.actor, request_id=request.id, filled=filled
    )
    assert first.id == again.id
    assert len(selectors.questionnaires_standing(alice.actor, patient.id)) == 1


@pytest.mark.parametrize(("parts", "may"), [(["read"], False), (["read", "answer"], True)])
def test_a_proxy_answers_only_where_that_is_their_part(
    alice: User, patient: Patient, parts: list[str], may: bool
) -> None:
    request = request_of(alice, patient)
    parent = user_create(
        by=SYSTEM, email="parent@example.org", password="correct horse battery staple",
        display_name="Parent", role=Role.PROXY,
    )  # fmt: skip
    with acting_as(alice.actor):
        Proxy(
            patient_id=patient.id, user_id=parent.id, basis="parent", parts=parts,
            starts_at=clock.now() - dt.timedelta(days=1), made_by=alice.id,
        ).save(force_insert=True)  # fmt: skip
    filled = Filled("phq9", HARMLESS, clock.now(), QuestionnaireResponse.Mode.PATIENT)
    answer = {"by": parent.actor, "request_id": request.id, "filled": filled}
    if may:
        row = services.questionnaire_request_answer(**answer)
        assert row.recorded_by == parent.id
    else:
        with pytest.raises(Refused):
            services.questionnaire_request_answer(**answer)


# Links


def link_for(by: User, patient: Patient) -> str:
    request = request_of(by, patient)
    return services.questionnaire_link_make(by=by.actor, request_id=request.id).token


def test_a_link_is_one_use(alice: User, patient: Patient) -> None:
    token = link_for(alice, patient)
    index = services.index_of(token)
    assert token not in str(list(AuditEvent.objects.values()))
    opened = services.link_unlock(index=index, birth_date=BORN, address=HERE)
    services.link_draft_keep(index=index, answers=[1, *[None] * 8])
    kept = selectors.draft_answers(SYSTEM, patient.id, request_id=opened.request_id)
    assert kept == [1, *[None] * 9]
    row = services.link_answer(index=index, answers=HARM, language="en", wording_version=0)
    assert (row.mode, row.language, row.wording_version) == ("link", "en", 0)
    with pytest.raises(services.LinkClosed):
        services.link_answer(index=index, answers=HARM, language="en", wording_version=0)
    assert selectors.draft_answers(SYSTEM, patient.id, request_id=opened.request_id) is None
    assert selectors.questionnaires_due(alice.actor).due == []
    assert len(selectors.questionnaires_due(alice.actor).reports) == 1


def test_the_fifth_wrong_birth_date_closes_the_link(alice: User, patient: Patient) -> None:
    index = services.index_of(link_for(alice, patient))
    for _ in range(5):
        with pytest.raises(services.WrongBirthDate):
            services.link_unlock(index=index, birth_date=dt.date(1990, 1, 1), address=HERE)
    with pytest.raises(services.LinkClosed):
        services.link_unlock(index=index, birth_date=BORN, address=HERE)
    refused = AuditEvent.objects.filter(act="questionnaire_link.open", outcome="refused")
    assert refused.count() == 5


def test_expired_revoked_and_older_links_open_nothing(
    alice: User, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = request_of(alice, patient)
    older, newer, newest = (
        services.index_of(
            services.questionnaire_link_make(by=alice.actor, request_id=request.id).token
        )
        for _ in range(3)
    )
    services.link_open(index=newest, address=HERE)
    for closed in (older, newer, "x"):
        with pytest.raises(services.LinkClosed):
            services.link_open(index=closed, address=HERE)
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + dt.timedelta(hours=73))
    with pytest.raises(services.LinkClosed):
        services.link_open(index=newest, address=HERE)
    monkeypatch.undo()
    services.questionnaire_links_revoke(by=alice.actor, request_id=request.id)
    with pytest.raises(services.LinkClosed):
        services.link_open(index=newest, address=HERE)


def test_without_words_or_for_clinicians_nothing_is_sent(alice: User, patient: Patient) -> None:
    for code in ("isi", "madrs"):
        request = request_of(alice, patient, instrument=code)
        with pytest.raises(Invalid):
            services.questionnaire_link_make(by=alice.actor, request_id=request.id)


# Wordings


def german() -> str:
    import json

    content = wording.content(SHIPPED["gad7", "en"]) | {"language": "de", "title": "Angst"}
    return json.dumps(content)


def test_wordings_are_loaded_in_versions_and_withdrawn(admin: User, alice: User) -> None:
    assert selectors.wording_languages("gad7") == ["en"]
    first = services.wording_load(by=admin.actor, text=german())
    second = services.wording_load(by=admin.actor, text=german())
    assert (first.version, second.version) == (1, 2)
    assert selectors.wording_of("gad7", "de-AT").version == 2
    assert selectors.wording_version("gad7", "de", 1).title == "Angst"
    services.wording_withdraw(by=admin.actor, instrument="gad7", language="de")
    assert selectors.wording_of("gad7", "de").language == "en"
    assert selectors.asked_in_words()["gad7"] == ["en"]
    with pytest.raises(Refused):
        services.wording_load(by=alice.actor, text=german())
    for bad in ("{", "a = ", '{"instrument": "gad7"}'):
        with pytest.raises(Invalid):
            services.wording_load(by=admin.actor, text=bad)


# Change


def test_trajectory_has_the_change_and_its_reach(alice: User, patient: Patient) -> None:
    for days, answers in ((60, [2] * 9), (30, [2] * 8 + [0]), (0, [0] * 9)):
        answered(alice, patient, answers, answered_at=clock.now() - dt.timedelta(days=days))
    (found,) = selectors.questionnaire_trajectories(alice.actor, patient.id)
    assert (found.change.n, found.change.points, found.change.verdict) == (3, -18, "improved")
    assert (found.since_last.n, found.since_last.points) == (2, -16)


# Rollback


class AuditDown(RuntimeError):
    pass


def test_a_failing_audit_takes_every_change_back(
    alice: User, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    row, request = answered(alice, patient, HARM), request_of(alice, patient)
    (report,) = selectors.self_harm_reports(alice.actor, patient.id)
    by = {"by": alice.actor}

    def refuse(**_: object) -> None:
        raise AuditDown

    monkeypatch.setattr(audit, "record", refuse)
    for act in (
        lambda: answered(alice, patient),
        lambda: services.response_amend(**by, response_id=row.id, answers=HARMLESS, reason="x"),
        lambda: services.response_error_mark(**by, response_id=row.id, reason="x"),
        lambda: services.questionnaire_assign(**by, patient_id=patient.id, instrument="gad7"),
        lambda: services.questionnaire_link_make(**by, request_id=request.id),
        lambda: services.questionnaire_request_revoke(**by, request_id=request.id),
        lambda: services.questionnaire_schedule_end(**by, schedule_id=request.schedule_id),
        lambda: services.self_harm_report_see(**by, report_id=report.id),
        lambda: services.wording_load(by=SYSTEM, text=german()),
    ):
        with pytest.raises(AuditDown):
            act()
    monkeypatch.undo()
    (standing,) = selectors.questionnaires_standing(alice.actor, patient.id)
    assert (standing.id, standing.superseded_at, standing.error_at) == (row.id, None, None)
    (kept,) = selectors.questionnaire_requests(alice.actor, patient.id)
    assert (kept.state, kept.schedule.ended_at) == ("due", None)
    assert len(selectors.self_harm_reports(alice.actor, patient.id)) == 1
    assert selectors.wording_languages("gad7") == ["en"]
