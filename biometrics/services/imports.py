"""The life of an import: asked for, paused, gone on with, cancelled, tried again.

A person's wish is a state of the row. Whoever reads the file looks at it before each
chunk is stored, under the row's lock, so that a wish takes effect at the next chunk.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from biometrics.importers import IMPORTERS
from biometrics.importers.base import Importer, Options
from biometrics.models import ImportRun, ImportUpload
from biometrics.services.uploads import upload_discard
from clinicity.accounts.acting import Scope, acting_as
from clinicity.audit import services as audit
from clinicity.common import clock, jobs, live
from clinicity.common.actors import Actor, Role
from clinicity.common.exceptions import Conflict, Invalid, NotFound
from clinicity.common.models import Job
from patients import selectors as patients
from patients.models import Purpose
from patients.permissions import demand_writer

TASK = "biometrics.tasks.import_readings"
State = ImportRun.State
MOVES: dict[str, frozenset[str]] = {
    State.QUEUED: frozenset({State.RUNNING, State.PAUSED, State.FAILED, State.CANCELLED}),
    State.RUNNING: frozenset({State.PAUSED, State.DONE, State.FAILED, State.CANCELLED}),
    State.PAUSED: frozenset({State.QUEUED, State.CANCELLED}),
    State.FAILED: frozenset({State.QUEUED, State.CANCELLED}),
    State.DONE: frozenset(),
    State.CANCELLED: frozenset(),
}
# What an import has found, as it is before its first record.
NOTHING_YET: Mapping[str, Any] = {
    "position": 0, "progress": 0.0, "accepted": 0, "duplicate": 0, "corrected": 0,
    "rejected": 0, "found": {}, "ignored": {}, "reasons": None, "started_at": None,
}  # fmt: skip
STOPPED = "The worker was stopped too often. What was stored is kept; go on with the import."


@dataclass(frozen=True)
class ImportOptions:
    """What a person says about a file, as it is kept with the run."""

    zone: str = "UTC"
    person: str = ""
    mapping: Mapping[str, str] = field(default_factory=dict)
    # A file or folder on the server; commands only.
    path: str = ""

    def checked(self) -> "ImportOptions":
        """Itself; raises Invalid for a time zone that isn't known."""
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError, OSError) as error:
            raise Invalid(f"There is no time zone {self.zone!r}.") from error
        return self

    def for_importer(self) -> Options:
        return Options(ZoneInfo(self.zone), self.person, self.mapping)


def import_request(
    *,
    by: Actor,
    patient_id: UUID,
    upload_id: UUID,
    importer: str = "",
    options: ImportOptions,
    dry_run: bool = False,
) -> ImportRun:
    """Ask for an uploaded file to be read in; a worker does it.

    Without an importer the first that recognises the content is taken.
    """
    demand_writer(by)
    patients.patient_get(by, patient_id)
    patients.demand_consent(by, patient_id, Purpose.CARE, Purpose.MONITORING)
    with acting_as(by, _scope(by, patient_id)):
        upload = _whole(patient_id, upload_id)
        _demand_free(upload)
        code = importer or _recognised(upload)
        _demand_options(importer_of(code), options, (upload.people or {}).get(code, []))
        run = ImportRun(
            patient_id=patient_id, importer=code, source_name=upload.name,
            file_key=str(upload.id), file_size=upload.size, file_digest=upload.digest,
            options=asdict(options), dry_run=dry_run, requested_by=by.id,
        )  # fmt: skip
        run.save(force_insert=True)
        job_enqueue(by=by, run=run)
        record(by=by, act="import.request", run=run)
    return run


def import_from_path(
    *, by: Actor, patient_id: UUID, path: Path, importer: str, options: ImportOptions,
    digest: str = "", dry_run: bool = False,
) -> ImportRun:  # fmt: skip
    """The run for a file or folder on the server: a new one, or the one that was stopped.

    The caller reads it itself; no worker is asked.
    """
    demand_writer(by)
    patients.patient_get(by, patient_id)
    kept = asdict(options) | {"path": str(path)}
    with acting_as(by, _scope(by, patient_id)):
        stopped = ImportRun.objects.filter(
            patient_id=patient_id, importer=importer, file_digest=digest, dry_run=dry_run,
            file_key="",
        ).exclude(state__in=[State.DONE, State.CANCELLED])  # fmt: skip
        for run in stopped.select_for_update():
            if run.options == kept:
                return _queued(by, run)
        size = path.stat().st_size if path.is_file() else 0
        run = ImportRun(
            patient_id=patient_id, importer=importer, source_name=path.name[-255:],
            file_size=size, file_digest=digest, options=kept, dry_run=dry_run,
            requested_by=by.id,
        )  # fmt: skip
        run.save(force_insert=True)
        record(by=by, act="import.request", run=run)
    return run


def import_pause(*, by: Actor, run_id: UUID) -> ImportRun:
    """Stop after the chunk that is being read; nothing stored is lost."""
    return _wished(by, run_id, State.PAUSED, "import.pause")


def import_cancel(*, by: Actor, run_id: UUID) -> ImportRun:
    """Stop for good. What was stored stays; the file is removed."""
    return _wished(by, run_id, State.CANCELLED, "import.cancel")


def import_resume(*, by: Actor, run_id: UUID) -> ImportRun:
    """Go on exactly where a paused or failed import stopped."""
    demand_writer(by)
    with acting_as(by):
        run = locked(run_id)
        if run.is_open:
            _record_seen(by, run)
            return run
        transition(run, State.QUEUED, error=None)
        job_enqueue(by=by, run=run)
        record(by=by, act="import.resume", run=run)
    return run


def import_retry(*, by: Actor, run_id: UUID) -> ImportRun:
    """Read a file that failed from its beginning; what is stored counts as duplicate."""
    demand_writer(by)
    with acting_as(by):
        run = locked(run_id)
        if run.state != State.FAILED:
            raise Conflict("Only an import that was stopped by a fault is tried again.")
        transition(run, State.QUEUED, error=None, **NOTHING_YET)
        job_enqueue(by=by, run=run)
        record(by=by, act="import.retry", run=run)
    return run


def imports_bury(*, by: Actor) -> int:
    """Say of open imports whose job has ended without them that they failed."""
    with acting_as(by, Scope.ALL_PATIENTS):
        rows = ImportRun.objects.select_for_update(skip_locked=True).filter(
            state__in=[State.QUEUED, State.RUNNING], job_id__isnull=False
        )
        ended = {Job.State.DEAD, Job.State.DONE}
        runs = list(rows)
        over = Job.objects.filter(id__in=[run.job_id for run in runs], state__in=ended)
        gone = set(over.values_list("id", flat=True))
        for run in runs:
            if run.job_id in gone:
                transition(run, State.FAILED, error=STOPPED)
                record(by=by, act="import.fail", run=run)
    return len(gone)


def importer_of(code: str) -> Importer:
    """The importer of this code; raises Invalid for an unknown one."""
    try:
        return IMPORTERS[code]
    except KeyError as error:
        known = ", ".join(IMPORTERS)
        raise Invalid(f"There is no format {code!r}. There are {known}.") from error


def transition(run: ImportRun, state: str, **changes: Any) -> None:
    """The one way from state to state, in the caller's transaction; tells open pages."""
    if state not in MOVES[run.state]:
        raise Conflict(f"An import that is {run.state} can't become {state}.")
    run.state = state
    for name, value in changes.items():
        setattr(run, name, value)
    run.save(update_fields=["state", *changes])
    tell(run)


def tell(run: ImportRun) -> None:
    """Let open pages ask again how far the import is."""
    live.push_after_commit(live_group(run.id), "import.changed", import_id=str(run.id))


def live_group(run_id: UUID) -> str:
    return f"import.{run_id}"


def locked(run_id: UUID) -> ImportRun:
    run = ImportRun.objects.select_for_update().filter(id=run_id).first()
    if run is None:
        raise NotFound("There is no such import.")
    return run


def upload_release(*, by: Actor, run: ImportRun) -> None:
    """Remove the file of an import that needs it no more, in its transaction."""
    if run.file_key:
        upload_discard(by=by, upload=ImportUpload.objects.get(id=run.file_key))


def record(*, by: Actor, act: str, run: ImportRun, **details: Any) -> None:
    """Put an act on an import on the trail."""
    audit.record(
        by=by, act=act, subject="import", subject_id=run.id, patient_id=run.patient_id,
        importer=run.importer, position=run.position, dry_run=run.dry_run, **details,
    )  # fmt: skip


def _record_seen(by: Actor, run: ImportRun) -> None:
    """Nothing to change: the answer shows the run all the same."""
    audit.record_following(
        by=by, act="import.follow", subject="import", subject_id=run.id,
        patient_id=run.patient_id,
    )  # fmt: skip


def _wished(by: Actor, run_id: UUID, state: str, act: str) -> ImportRun:
    """Ask for once or again is the same."""
    demand_writer(by)
    with acting_as(by):
        run = locked(run_id)
        if run.state == state:
            _record_seen(by, run)
            return run
        transition(run, state)
        record(by=by, act=act, run=run)
        if state == State.CANCELLED:
            run.finished_at = clock.now()
            run.save(update_fields=["finished_at"])
            upload_release(by=by, run=run)
    return run


def _queued(by: Actor, run: ImportRun) -> ImportRun:
    """The run for a command to go on with; a worker that reads it stops."""
    run.job_id = None
    run.save(update_fields=["job_id"])
    if not run.is_open:
        transition(run, State.QUEUED, error=None)
        record(by=by, act="import.resume", run=run)
    return run


def job_enqueue(*, by: Actor, run: ImportRun) -> None:
    """The job is on the list of who asked, and carries where it begins, for the rate."""
    asker = Actor(run.requested_by, by.role)
    job = jobs.enqueue(
        TASK, by=asker, patient_id=run.patient_id, run_id=str(run.id), position=run.position,
        permille=round(run.progress * 1000),
    )  # fmt: skip
    run.job_id = job.id
    run.save(update_fields=["job_id"])


def _whole(patient_id: UUID, upload_id: UUID) -> ImportUpload:
    upload = ImportUpload.objects.filter(
        id=upload_id, patient_id=patient_id, removed_at__isnull=True
    ).first()
    if upload is None:
        raise NotFound("There is no such upload of this patient.")
    if upload.finished_at is None:
        raise Conflict("The file isn't whole yet.")
    return upload


def _demand_free(upload: ImportUpload) -> None:
    needed = [State.QUEUED, State.RUNNING, State.PAUSED, State.FAILED]
    runs = ImportRun.objects.filter(file_key=str(upload.id), state__in=needed)
    if other := runs.first():
        raise Conflict("This file is being imported already.", import_id=str(other.id))


def _recognised(upload: ImportUpload) -> str:
    """The first of the formats that fit: `IMPORTERS` has the special ones first."""
    if upload.formats:
        return upload.formats[0]
    raise Invalid("The format of the file isn't recognised. Say which it is.", formats=[])


def _demand_options(importer: Importer, options: ImportOptions, people: list[str]) -> None:
    options.checked()
    if people and options.person not in people:
        raise Invalid(f"Say whose part of the {importer.title} to read.", people=people)


def _scope(by: Actor, patient_id: UUID) -> UUID | None:
    return patient_id if by.role == Role.SERVICE else None
