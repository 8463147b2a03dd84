"""Unusual access is raised once out of the trail, and reviewed once, by someone else."""

from datetime import timedelta
from uuid import uuid4

import pytest
from django.db import connection

from clinicity.accounts.models import User
from clinicity.audit import selectors
from clinicity.audit import services as audit
from clinicity.audit.models import AuditEvent, SecurityAlert
from clinicity.common import clock, jobs
from clinicity.common.exceptions import Conflict, Invalid, NotFound, Refused
from clinicity.common.queues import Queue

pytestmark = pytest.mark.django_db


def look(by: User, count: int, act: str = "patient.read") -> None:
    for _ in range(count):
        audit.record(by=by.actor, act=act, subject="patient", patient_id=uuid4())


@pytest.fixture
def raised(alice: User) -> SecurityAlert:
    look(alice, 30)
    audit.access_watch()
    return SecurityAlert.objects.get(rule="many_patients")


def test_many_patients_are_raised_once(
    raised: SecurityAlert, alice: User, auditor: User
) -> None:
    assert raised.actor_id == alice.id
    assert raised.evidence == {"patients": 30, "usual": 0}
    assert "30 different patients" in raised.reason
    look(alice, 5)
    before = SecurityAlert.objects.count()
    assert audit.access_watch() == 0
    assert SecurityAlert.objects.count() == before
    assert AuditEvent.objects.filter(act="security_alert.raise").count() == before
    assert selectors.security_alerts_open(auditor.actor) == before
    assert selectors.security_alerts_open(alice.actor) == 0
    assert selectors.watched_until(auditor.actor)


def test_emergency_access_is_raised_with_its_patient(alice: User) -> None:
    patient_id = uuid4()
    for act in ("break_glass.open", "break_glass.review"):
        audit.record(by=alice.actor, act=act, subject="patient", patient_id=patient_id)
    assert audit.access_watch() == 1
    assert SecurityAlert.objects.get(rule="emergency").patient_id == patient_id
    assert audit.access_watch() == 0


def test_access_long_after_the_last(alice: User) -> None:
    patient_id = uuid4()
    audit.record(by=alice.actor, act="patient.read", subject="patient", patient_id=patient_id)
    later = clock.now() + timedelta(days=300)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_auditevent (id, created_at, actor_id, actor_role, act, subject,"
            " patient_id, outcome, details, request_id) VALUES (gen_random_uuid(), %s, %s,"
            " 'clinician', 'patient.read', 'patient', %s, 'ok', '{}', '')",
            [later, alice.id, patient_id],
        )
    audit.access_watch(now=later + timedelta(minutes=5))
    assert SecurityAlert.objects.get(rule="long_after").evidence == {"days": 300}


def test_a_review_keeps_what_was_found(raised: SecurityAlert, auditor: User) -> None:
    audit.security_alert_review(
        by=auditor.actor, alert_id=raised.id, outcome="justified", note="Ward round."
    )
    raised.refresh_from_db()
    assert (raised.state, raised.note, raised.reviewed_by) == (
        "reviewed", "Ward round.", auditor.id,
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute("SELECT note FROM audit_securityalert WHERE id = %s", [raised.id])
        assert "Ward" not in cursor.fetchone()[0]
    assert AuditEvent.objects.get(act="security_alert.review").details["found"] == "justified"
    with pytest.raises(Conflict):
        audit.security_alert_review(
            by=auditor.actor, alert_id=raised.id, outcome="misuse", note="Again."
        )


def test_who_may_not_review(raised: SecurityAlert, alice: User, auditor: User) -> None:
    say = {"alert_id": raised.id, "outcome": "justified", "note": "x"}
    with pytest.raises(Refused):
        audit.security_alert_review(by=alice.actor, **say)
    with pytest.raises(Invalid):
        audit.security_alert_review(by=auditor.actor, **say | {"note": " "})
    with pytest.raises(Invalid):
        audit.security_alert_review(by=auditor.actor, **say | {"outcome": "fine"})
    with pytest.raises(NotFound):
        audit.security_alert_review(by=auditor.actor, **say | {"alert_id": uuid4()})
    look(auditor, 30)
    audit.access_watch()
    own = SecurityAlert.objects.get(rule="many_patients", actor_id=auditor.id)
    with pytest.raises(Refused, match="own access"):
        audit.security_alert_review(by=auditor.actor, **say | {"alert_id": own.id})


def test_who_looked_is_one_line_a_person_and_day(alice: User, bob: User) -> None:
    patient_id, now = uuid4(), clock.now()
    for user, act in ((alice, "patient.read"), (alice, "reading.read"), (bob, "patient.read")):
        audit.record(by=user.actor, act=act, subject="patient", patient_id=patient_id)
    span = {"since": now - timedelta(days=1), "until": now + timedelta(days=1)}
    page = selectors.accesses_of_patient(patient_id, **span)
    assert [(look.actor_id, look.count) for look in page.items] == [(bob.id, 1), (alice.id, 2)]
    assert page.items[1].acts == ("patient.read", "reading.read")
    first = selectors.accesses_of_patient(patient_id, **span, size=1)
    second = selectors.accesses_of_patient(patient_id, **span, size=1, cursor=first.next_cursor)
    assert second.items == page.items[1:]
    with pytest.raises(Invalid):
        selectors.accesses_of_patient(patient_id, **span, cursor="x")


def test_each_run_of_a_job_is_on_record(alice: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """A job that is done, and one whose run failed and will be tried again."""

    def fail(**_: object) -> None:
        raise RuntimeError

    for outcome, run in (("ok", lambda **_: None), ("failed", fail)):
        work = jobs.Work(f"test.{outcome}", run, Queue.FAST, 3)
        monkeypatch.setitem(jobs.WORKS, work.name, work)
        jobs.run(jobs.enqueue(work.name, by=alice.actor).id)
        event = AuditEvent.objects.get(act="job.run", outcome=outcome)
        assert event.details["requested_by"] == str(alice.id)
        assert event.details["name"] == work.name


def test_filters_are_ones_own(auditor: User, admin: User) -> None:
    saved = audit.filter_save(by=auditor.actor, name="Refused", wanted={"outcome": "refused"})
    again = audit.filter_save(by=auditor.actor, name="Refused", wanted={"outcome": "failed"})
    assert again.id == saved.id
    assert [each.name for each in selectors.saved_filters(auditor.actor)] == ["Refused"]
    assert not selectors.saved_filters(admin.actor)
    with pytest.raises(NotFound):
        audit.filter_delete(by=admin.actor, filter_id=saved.id)
    audit.filter_delete(by=auditor.actor, filter_id=saved.id)
    assert not selectors.saved_filters(auditor.actor)
