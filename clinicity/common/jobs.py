"""Job rows: enqueue in the caller's transaction, claim by lease, finish by token.

1. `enqueue` writes a row beside the change that wants the work.
2. After commit a Celery message wakes a worker; `tasks.sweep` wakes it again for
   rows whose message was lost or whose worker died.
3. `run` claims the row with SKIP LOCKED for a short lease, keeps the lease alive
   from a thread, runs the work outside that transaction, and finishes only if the
   fencing token is still its own.
"""

import logging
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any
from uuid import UUID

from celery import current_app, shared_task
from django.db import close_old_connections, connection, transaction
from django.db.models import Q
from kombu.exceptions import OperationalError

from clinicity.common import clock
from clinicity.common.actors import Actor
from clinicity.common.exceptions import DomainError, Unavailable
from clinicity.common.models import Job
from clinicity.common.queues import Queue

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=30)
HEARTBEAT_SECONDS = 10.0


class LeaseLost(RuntimeError):
    """Another worker has claimed the job meanwhile: this one must stop."""


@dataclass(frozen=True)
class Claim:
    """The right to run one job until the lease ends."""

    job_id: UUID
    token: int
    args: dict[str, Any]
    requested_by: UUID

    def progress(self, done: int, total: int | None = None, note: str = "") -> None:
        """Tell how far the work is; raises LeaseLost when it is no longer ours."""
        _renew(self, done_count=done, total_count=total, note=note[:200])


@dataclass(frozen=True)
class Work:
    """A kind of job: the function that does it, and where and how often it may run."""

    name: str
    run: Callable[..., None]
    queue: Queue
    max_attempts: int
    # It looks at the patient as they are when it runs: one that waits already will do.
    once_waiting: bool = False


WORKS: dict[str, Work] = {}
# Who is told of each run of a job as it ends. The trail asks to be: it lies above.
RUN_ENDED: list[Callable[[Job], None]] = []


def work(
    *, queue: Queue, max_attempts: int = 5, time_limit: int = 900, once_waiting: bool = False
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Declare a task `f(*, claim, **ids)` that runs from a job row.

    The function is registered under its dotted name, with Celery and in `WORKS`.
    """

    def declare(run: Callable[..., None]) -> Callable[..., None]:
        name = f"{run.__module__}.{run.__qualname__}"
        WORKS[name] = Work(name, run, queue, max_attempts, once_waiting)
        shared_task(name=name, queue=queue, time_limit=time_limit)(_wake_up)
        return run

    return declare


def _wake_up(*, job_id: str) -> None:
    run(UUID(job_id))


def enqueue(
    name: str,
    *,
    by: Actor,
    patient_id: UUID | None = None,
    not_before: datetime | None = None,
    **args: str | int | None,
) -> Job:
    """Write a job row in the caller's transaction and wake a worker after commit.

    A job for later is left to the sweeper, which finds it once it is due. Work that is
    declared `once_waiting` is not doubled: the job of this patient that still waits is
    given, since it starts after what the caller has committed.
    """
    declared = spec(name)
    once = [patient_id] if declared.once_waiting and patient_id else []
    known = _waiting_already(declared, once)
    job = known.get(patient_id) or _job(declared, by, patient_id, args)
    if not known:
        job.run_after = not_before or job.run_after
        job.save(force_insert=True)
        if not_before is None:
            transaction.on_commit(lambda: wake(job.id, name, declared.queue), robust=True)
    return job


def enqueue_many(
    name: str, wanted: Sequence[tuple[UUID, Mapping[str, Any]]], *, by: Actor
) -> None:
    """The same for many patients at once: each with the arguments of its job."""
    declared = spec(name)
    patients = [patient_id for patient_id, _ in wanted] if declared.once_waiting else []
    known = _waiting_already(declared, patients)
    made = [_job(declared, by, id, args) for id, args in wanted if id not in known]
    Job.objects.bulk_create(made)

    def wake_all() -> None:
        for job in made:
            wake(job.id, name, declared.queue)

    transaction.on_commit(wake_all, robust=True)


def _job(declared: Work, by: Actor, patient_id: UUID | None, args: Mapping[str, Any]) -> Job:
    scope = {"patient_id": str(patient_id)} if patient_id else {}
    return Job(
        name=declared.name, queue=declared.queue, args=scope | dict(args),
        patient_id=patient_id, requested_by=by.id, max_attempts=declared.max_attempts,
        run_after=clock.now(),
    )  # fmt: skip


def _waiting_already(declared: Work, patient_ids: Sequence[UUID]) -> dict[UUID | None, Job]:
    """Jobs of these patients that nobody has claimed; they stay so until commit."""
    if not patient_ids:
        return {}
    rows = Job.objects.filter(
        name=declared.name, patient_id__in=patient_ids, state=Job.State.QUEUED, attempts=0
    )
    return {job.patient_id: job for job in rows.select_for_update(skip_locked=True)}


def wake(job_id: UUID, name: str, queue: str) -> None:
    """Tell a worker of the row. A lost message costs seconds, never the job."""
    try:
        current_app.send_task(name, kwargs={"job_id": str(job_id)}, queue=queue, retry=False)
    except OperationalError:
        logger.warning("job.wake_failed", extra={"job_id": str(job_id)})


def run(job_id: UUID) -> bool:
    """Claim and run one job. False when it was not there to be claimed."""
    claim = _claim(job_id)
    if claim is None:
        return False
    job_name = Job.objects.values_list("name", flat=True).get(id=job_id)
    try:
        with _heartbeat(claim):
            spec(job_name).run(claim=claim, **claim.args)
    except LeaseLost:
        logger.warning("job.lease_lost", extra={"job_id": str(job_id)})
    except Unavailable as error:  # it may be back in a moment
        _retry_or_bury(claim, error.detail[:200])
    except DomainError as error:
        _finish(claim, state=Job.State.DEAD, error=error.detail[:200])
    except Exception as error:  # the edge of every worker: recorded, then retried
        logger.exception("job.failed", extra={"job_id": str(job_id)})
        _retry_or_bury(claim, type(error).__name__)
    else:
        _finish(claim, state=Job.State.DONE, error="")
    return True


def waiting(*, older_than: timedelta = timedelta(0)) -> list[Job]:
    """Queued rows that are due, and running rows whose lease has ended."""
    now = clock.now()
    due = Q(state=Job.State.QUEUED, run_after__lte=now - older_than)
    orphaned = Q(state=Job.State.RUNNING, lease_until__lt=now)
    return list(Job.objects.filter(due | orphaned).order_by("run_after")[:1000])


def _claim(job_id: UUID) -> Claim | None:
    now = clock.now()
    claimable = Q(state=Job.State.QUEUED) | Q(state=Job.State.RUNNING, lease_until__lt=now)
    with transaction.atomic():
        job = (
            Job.objects.select_for_update(skip_locked=True)
            .filter(claimable, id=job_id, run_after__lte=now)
            .first()
        )
        if job is None:
            return None
        job.state = Job.State.RUNNING
        job.attempts += 1
        job.token += 1
        job.lease_until = now + LEASE
        job.started_at = job.started_at or now
        job.save(update_fields=["state", "attempts", "token", "lease_until", "started_at"])
    return Claim(job.id, job.token, job.args, job.requested_by)


def _renew(claim: Claim, **changes: object) -> None:
    held = Job.objects.filter(id=claim.job_id, token=claim.token, state=Job.State.RUNNING)
    if not held.update(lease_until=clock.now() + LEASE, **changes):
        raise LeaseLost(str(claim.job_id))


@contextmanager
def _heartbeat(claim: Claim) -> Iterator[None]:
    """Keep the lease alive from a thread with a connection of its own."""
    if connection.in_atomic_block:  # a test's outer transaction: nobody else sees the row
        yield
        return
    stopped = threading.Event()
    thread = threading.Thread(target=_beat, args=(claim, stopped), daemon=True)
    thread.start()
    try:
        yield
    finally:
        stopped.set()
        thread.join()


def _beat(claim: Claim, stopped: threading.Event) -> None:
    try:
        while not stopped.wait(HEARTBEAT_SECONDS):
            try:
                _renew(claim)
            except LeaseLost:
                return
            except Exception:  # the edge of a thread: the lease runs out, the sweeper acts
                logger.exception("job.heartbeat_failed", extra={"job_id": str(claim.job_id)})
                close_old_connections()
    finally:
        connection.close()


def _retry_or_bury(claim: Claim, error: str) -> None:
    job = Job.objects.get(id=claim.job_id)
    if job.attempts >= job.max_attempts:
        _finish(claim, state=Job.State.DEAD, error=error)
        return
    pause = timedelta(seconds=2**job.attempts)
    _end(
        claim, state=Job.State.QUEUED, run_after=clock.now() + pause, lease_until=None,
        error=error,
    )  # fmt: skip


def _finish(claim: Claim, *, state: Job.State, error: str) -> None:
    _end(claim, state=state, error=error, finished_at=clock.now(), lease_until=None)


def _end(claim: Claim, **changes: object) -> None:
    """End this run if it is still ours, and tell of it in the same transaction."""
    held = Job.objects.filter(id=claim.job_id, token=claim.token, state=Job.State.RUNNING)
    with transaction.atomic():
        if held.update(**changes) and RUN_ENDED:
            job = Job.objects.get(id=claim.job_id)
            for tell in RUN_ENDED:
                tell(job)


def spec(name: str) -> Work:
    """The declaration of a task; raises LookupError for a name that nobody declared."""
    try:
        if name not in WORKS:
            # Only its own module: Celery would load every app's, and every page with them.
            import_module(name.rpartition(".")[0])
        return WORKS[name]
    except (KeyError, ValueError, ModuleNotFoundError) as error:
        raise LookupError(f"No task declares the work {name!r}.") from error
