"""Reading a file in: one transaction a chunk, so that it can stop and go on anywhere.

1. Take the run, if it is still to be read.
2. Open the file and skip to the record where it stopped.
3. For each chunk, under the run's lock: see whether it is still ours and wanted, store
   the samples, and write counts and position with them.
4. Say that it is done, or in a sentence why not.

A worker that dies loses the chunk in its hands, which the next one reads again. Two that
read the same run find the position moved on, and the later one stops.
"""

import logging
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from django.db import InterfaceError, OperationalError

from biometrics import uploads
from biometrics.features.columns import Columns
from biometrics.importers.ahead import ahead
from biometrics.importers.base import Chunk, Lane
from biometrics.models import Device, ImportRun, ImportUpload
from biometrics.services.devices import device_register
from biometrics.services.imports import (
    ImportOptions,
    State,
    importer_of,
    job_enqueue,
    locked,
    record,
    tell,
    transition,
    upload_release,
)
from biometrics.services.readings import lanes_store
from clinicity.accounts.acting import acting_as
from clinicity.common import clock
from clinicity.common.actors import Actor, Role
from clinicity.common.exceptions import DomainError, Invalid, NotFound, Unavailable
from clinicity.common.jobs import LeaseLost
from patients.models import Patient
from patients.services import timeline_event_add

logger = logging.getLogger(__name__)

# So long reads one job; the rest is put behind what others wait for.
SLICE_SECONDS = 600.0
REASONS_KEPT = 1000
# The number of a reason that is about no single record.
NO_RECORD = -1
LONGEST_LABEL = 100
# What a chunk changes; the state is other people's to change.
COUNTED = (
    "position", "progress", "accepted", "duplicate", "corrected", "rejected", "found",
    "ignored", "reasons",
)  # fmt: skip
# The database is away or the job is another's: nothing is wrong with the file.
NOT_THE_FILE = (OperationalError, InterfaceError, Unavailable, LeaseLost)
Progress = Callable[[ImportRun], None]


class Stopped(Exception):
    """Somebody asked for it, or another reads the file now."""


class Broken(Exception):
    """The file can't be read further; the sentence says why."""


@dataclass(frozen=True)
class Stored:
    """What became of one chunk."""

    accepted: int = 0
    duplicate: int = 0
    corrected: int = 0
    rejected: int = 0
    reasons: Sequence[tuple[int, str]] = ()


@dataclass
class Reading:
    """One go at a run. Devices are those of the patient by name."""

    by: Actor
    run: ImportRun
    progress: Progress
    until: float = float("inf")
    devices: dict[str, UUID] = field(default_factory=dict)

    @property
    def options(self) -> ImportOptions:
        return ImportOptions(**(self.run.options or {}))


def import_work(
    *, by: Actor, patient_id: UUID, run_id: UUID, job_id: UUID | None = None,
    progress: Progress, seconds: float = float("inf"),
) -> ImportRun:  # fmt: skip
    """Read a run on from where it is: to its end, to a wish or fault, or for so long."""
    run = _begin(by, patient_id, run_id, job_id)
    if run is None:
        with acting_as(by, _scope(by, patient_id)):
            return locked(run_id)
    reading = Reading(by, run, progress, time.monotonic() + seconds)
    try:
        _read_all(reading)
    except Stopped:
        pass
    except NOT_THE_FILE:
        raise
    except (Broken, DomainError) as refusal:
        _end(reading, State.FAILED, "import.fail", error=str(refusal))
    except Exception as error:  # the edge of a job: told in words, and kept
        logger.exception("import.failed", extra={"import_id": str(run.id)})
        sentence = f"Storing it stopped after record {run.position} ({type(error).__name__})."
        _end(reading, State.FAILED, "import.fail", error=sentence)
    return reading.run


def _begin(by: Actor, patient_id: UUID, run_id: UUID, job_id: UUID | None) -> ImportRun | None:
    """The run, now being read; None when it isn't to be read by this job."""
    with acting_as(by, _scope(by, patient_id)):
        run = locked(run_id)
        if not run.is_open or run.job_id != job_id:
            return None
        if run.state == State.QUEUED:
            transition(run, State.RUNNING, started_at=run.started_at or clock.now())
            record(by=by, act="import.start", run=run)
    return run


def _read_all(reading: Reading) -> None:
    with _source(reading) as path:
        for chunk in _chunks(reading, path):
            reading.run = _keep(reading, chunk)
            reading.progress(reading.run)
            if time.monotonic() > reading.until and chunk.progress < 1.0:
                _hand_on(reading)
                return
    _end(reading, State.DONE, "import.finish")


@contextmanager
def _source(reading: Reading) -> Iterator[Path]:
    """The file as a path: the sealed upload opened, or the command's own."""
    run = reading.run
    if not run.file_key:
        path = Path(reading.options.path)
        if not path.exists():
            raise NotFound("The file or folder is no longer where the command read it.")
        yield path
        return
    with acting_as(reading.by, _scope(reading.by, run.patient_id)):
        upload = ImportUpload.objects.get(id=run.file_key)
    with uploads.opened(
        upload.patient_id, upload.id, size=upload.size, name=upload.name
    ) as path:
        yield path


def _chunks(reading: Reading, path: Path) -> Iterator[Chunk]:
    """The importer's chunks; whatever goes wrong in it becomes a sentence."""
    run = reading.run
    importer, options = importer_of(run.importer), reading.options.for_importer()
    chunks = ahead(iter(importer.read(path, options, start=run.position)))
    while True:
        try:
            chunk = next(chunks, None)
        except DomainError as refusal:
            raise Broken(refusal.detail) from refusal
        except Exception as error:  # the edge to code that reads what anyone may send
            logger.exception("import.importer_failed", extra={"import_id": str(run.id)})
            raise Broken(
                f"The {importer.title} can't be read after record {reading.run.position}"
                f" ({type(error).__name__})."
            ) from error
        if chunk is None:
            return
        yield chunk


def _keep(reading: Reading, chunk: Chunk) -> ImportRun:
    """Store one chunk and how far that is, together or not at all."""
    before = reading.run
    with acting_as(reading.by, _scope(reading.by, before.patient_id)):
        run = locked(before.id)
        if (run.state, run.job_id, run.position) != (
            State.RUNNING, before.job_id, before.position,
        ):  # fmt: skip
            reading.run = run
            raise Stopped
        _count(run, chunk, _store(reading, run, chunk))
        run.save(update_fields=COUNTED)
        tell(run)
    return run


def _store(reading: Reading, run: ImportRun, chunk: Chunk) -> Stored:
    lanes = {lane: columns for lane, columns in chunk.lanes.items() if len(columns)}
    if run.dry_run or not (lanes or chunk.reasons):
        return Stored(rejected=len(chunk.reasons), reasons=chunk.reasons)
    try:
        receipt = lanes_store(
            by=reading.by, patient_id=run.patient_id, lanes=_by_device(reading, lanes),
            reasons=[(number, "", why) for number, why in chunk.reasons], source=run.importer,
            import_run=run,
        )  # fmt: skip
    except Invalid as refusal:
        # All of the chunk was removed for good before: it is refused, the rest goes on.
        if "rejected" not in refusal.extra:
            raise
        gone = [*chunk.reasons, (NO_RECORD, refusal.detail)]
        return Stored(rejected=refusal.extra["rejected"], reasons=gone)
    said = dict.fromkeys((number, why) for number, *_field, why in receipt.reasons)
    return Stored(
        receipt.accepted, receipt.duplicate, receipt.corrected, receipt.rejected, list(said)
    )


def _by_device(
    reading: Reading, lanes: Mapping[Lane, Columns]
) -> dict[tuple[UUID | None, str], Columns]:
    """The lanes with the patient's devices for the names in the file."""
    names = {name for label, _ in lanes if (name := _plain(label))}
    if names - set(reading.devices):
        reading.devices = _devices(reading.by, reading.run.patient_id, names)
    return {
        (reading.devices.get(_plain(label)), metric): columns
        for (label, metric), columns in lanes.items()
    }


def _plain(label: str) -> str:
    return label.strip()[:LONGEST_LABEL].strip()


def _devices(by: Actor, patient_id: UUID, names: set[str]) -> dict[str, UUID]:
    """The patient's devices by name, the oldest of a name; those of `names` are made."""
    # Two imports of one patient don't both register the same device.
    Patient.objects.select_for_update(no_key=True).get(id=patient_id)
    rows = Device.objects.filter(patient_id=patient_id).order_by("-created_at")
    found = {device.name: device.id for device in rows}
    for name in sorted(names - set(found)):
        found[name] = device_register(by=by, patient_id=patient_id, name=name).id
    return found


def _count(run: ImportRun, chunk: Chunk, stored: Stored) -> None:
    run.accepted += stored.accepted
    run.duplicate += stored.duplicate
    run.corrected += stored.corrected
    run.rejected += stored.rejected
    kept = list(run.reasons or [])
    if stored.reasons and len(kept) < REASONS_KEPT:
        fresh = [[number, why] for number, why in stored.reasons]
        run.reasons = [*kept, *(each for each in fresh if each not in kept[-1:])][:REASONS_KEPT]
    for (_, metric), columns in chunk.lanes.items():
        run.found[metric] = _found(run.found.get(metric), columns)
    for name, count in chunk.ignored.items():
        run.ignored[name] = run.ignored.get(name, 0) + count
    run.position, run.progress = chunk.position, min(1.0, max(run.progress, chunk.progress))


def _found(before: Sequence[int] | None, columns: Columns) -> Sequence[int]:
    """[samples, first ms, last ms] with one more stretch of them."""
    if not len(columns):
        return before or [0, 0, 0]
    first, last = int(columns.start_ms.min()), int(columns.start_ms.max())
    if not before:
        return [len(columns), first, last]
    return [before[0] + len(columns), min(before[1], first), max(before[2], last)]


def _hand_on(reading: Reading) -> None:
    """Give the rest to a job of its own, behind what waits already."""
    run = reading.run
    with acting_as(reading.by, _scope(reading.by, run.patient_id)):
        current = locked(run.id)
        if current.state == State.RUNNING and current.job_id == run.job_id:
            job_enqueue(by=reading.by, run=current)
        reading.run = current


def _end(reading: Reading, state: str, act: str, *, error: str | None = None) -> None:
    """Settle the run with its entry on the timeline, unless a wish came first."""
    with acting_as(reading.by, _scope(reading.by, reading.run.patient_id)):
        run = locked(reading.run.id)
        before, reading.run = reading.run, run
        if (run.state, run.job_id) != (State.RUNNING, before.job_id):
            return
        done = {"progress": 1.0} if state == State.DONE else {}
        transition(run, state, error=error, finished_at=clock.now(), **done)
        record(by=reading.by, act=act, run=run, accepted=run.accepted, rejected=run.rejected)
        if state == State.DONE and not run.dry_run:
            upload_release(by=reading.by, run=run)
            _tell_of(reading.by, run)


def _tell_of(by: Actor, run: ImportRun) -> None:
    stored = run.accepted + run.corrected
    if not stored:
        return
    timeline_event_add(
        by=by, patient_id=run.patient_id, kind="import",
        title=f"{importer_of(run.importer).title}: {in_words(stored)} readings",
        occurred_at=run.finished_at or clock.now(), source_kind="import", source_id=run.id,
    )  # fmt: skip


def in_words(count: int) -> str:
    """1.2 M, 34 k, 512."""
    if count >= 1_000_000:
        return f"{count / 1_000_000:.1f} M"
    return f"{count // 1000} k" if count >= 10_000 else f"{count:,}"


def _scope(by: Actor, patient_id: UUID) -> UUID | None:
    return patient_id if by.role == Role.SERVICE else None
