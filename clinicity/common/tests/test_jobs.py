"""Job rows and outbox: nothing is lost, nothing runs twice at once."""

from datetime import timedelta
from uuid import uuid4

import pytest

from clinicity.common import clock, events, jobs
from clinicity.common.actors import WORKER
from clinicity.common.exceptions import Invalid
from clinicity.common.models import Job, OutboxEvent
from clinicity.common.queues import Queue

pytestmark = pytest.mark.django_db
RAN: list[str] = []


@jobs.work(queue=Queue.FAST, max_attempts=2)
def remember(*, claim: jobs.Claim, word: str) -> None:
    claim.progress(1, 2, "half")
    RAN.append(word)


@jobs.work(queue=Queue.FAST, max_attempts=2)
def fail(*, claim: jobs.Claim) -> None:
    raise RuntimeError("the worker stumbled")


@jobs.work(queue=Queue.FAST)
def refuse(*, claim: jobs.Claim) -> None:
    raise Invalid("This can't be done.")


@jobs.work(queue=Queue.FAST, once_waiting=True)
def look_again(*, claim: jobs.Claim, patient_id: str, word: str) -> None:
    RAN.append(word)


@pytest.fixture(autouse=True)
def forget() -> None:
    RAN.clear()


def name(task: object) -> str:
    return f"{task.__module__}.{task.__qualname__}"  # type: ignore[attr-defined]


def test_job_runs_once() -> None:
    job = jobs.enqueue(name(remember), by=WORKER, word="hello")
    assert jobs.run(job.id)
    assert not jobs.run(job.id)
    job.refresh_from_db()
    assert RAN == ["hello"]
    assert (job.state, job.done_count, job.total_count, job.note) == ("done", 1, 2, "half")


def test_job_for_later_waits_for_its_time() -> None:
    later = clock.now() + timedelta(minutes=1)
    job = jobs.enqueue(name(remember), by=WORKER, not_before=later, word="later")
    assert not jobs.run(job.id)
    assert jobs.waiting() == []
    Job.objects.update(run_after=clock.now())
    assert jobs.run(job.id)


def test_failed_job_waits_and_is_buried_after_its_attempts() -> None:
    job = jobs.enqueue(name(fail), by=WORKER)
    jobs.run(job.id)
    job.refresh_from_db()
    assert (job.state, job.error) == ("queued", "RuntimeError")
    assert job.run_after > clock.now()
    Job.objects.update(run_after=clock.now())
    jobs.run(job.id)
    job.refresh_from_db()
    assert (job.state, job.attempts) == ("dead", 2)


def test_refusal_is_not_tried_again_and_says_why() -> None:
    job = jobs.enqueue(name(refuse), by=WORKER)
    jobs.run(job.id)
    job.refresh_from_db()
    assert (job.state, job.error) == ("dead", "This can't be done.")


def test_orphaned_job_is_claimed_again_and_the_old_worker_is_fenced_off() -> None:
    job = jobs.enqueue(name(remember), by=WORKER, word="second")
    Job.objects.filter(id=job.id).update(
        state="running", token=1, attempts=1, lease_until=clock.now() - timedelta(seconds=1)
    )
    stale = jobs.Claim(job.id, 1, {}, WORKER.id)
    assert [found.id for found in jobs.waiting()] == [job.id]
    assert jobs.run(job.id)
    assert RAN == ["second"]
    with pytest.raises(jobs.LeaseLost):
        stale.progress(1)


def test_running_job_with_a_lease_is_left_alone() -> None:
    job = jobs.enqueue(name(remember), by=WORKER, word="no")
    Job.objects.filter(id=job.id).update(
        state="running", lease_until=clock.now() + timedelta(seconds=30)
    )
    assert not jobs.run(job.id)
    assert jobs.waiting() == []


def test_event_makes_its_jobs_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(events.WIRING, "test.happened", (name(remember),))
    events.publish("test.happened", patient_id=uuid4(), word="event")
    (event_id,) = events.waiting()
    events.dispatch(event_id)
    events.dispatch(event_id)
    assert Job.objects.count() == 1
    assert events.waiting() == []
    assert OutboxEvent.objects.get().dispatched_at


def test_many_events_make_one_job_a_patient_beside_those_that_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(events.WIRING, "test.happened", (name(look_again),))
    first, second, third = (uuid4() for _ in range(3))
    waits = jobs.enqueue(name(look_again), by=WORKER, patient_id=first, word="waits")
    runs = jobs.enqueue(name(look_again), by=WORKER, patient_id=second, word="runs")
    Job.objects.filter(id=runs.id).update(
        state="running", attempts=1, lease_until=clock.now() + timedelta(seconds=30)
    )
    for patient_id in (first, second, second, third):
        events.publish("test.happened", patient_id=patient_id, word="event")
    events.dispatch_many(events.waiting())
    made = Job.objects.exclude(id__in=[waits.id, runs.id])
    assert sorted(job.patient_id for job in made) == sorted([second, third])
    assert all(job.args["word"] == "event" for job in made)
    assert jobs.enqueue(name(look_again), by=WORKER, patient_id=first, word="no") == waits


def test_unknown_event_is_refused() -> None:
    with pytest.raises(events.UnknownEvent):
        events.publish("test.unheard_of", patient_id=uuid4())


def test_unknown_task_is_refused() -> None:
    with pytest.raises(LookupError):
        jobs.enqueue("nobody.declared.this", by=WORKER)
