"""From a file to stored readings: stopped and gone on with anywhere, nothing twice."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import OperationalError

from biometrics import selectors, services
from biometrics.models import Device, ImportRun
from biometrics.services import ImportOptions, importing
from biometrics.tests.import_lines import Lines, Upload, text_of
from biometrics.verification import readings_verify
from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.audit.models import AuditEvent
from clinicity.common import jobs
from clinicity.common.actors import WORKER
from clinicity.common.exceptions import Conflict, Invalid, NotFound
from clinicity.common.models import Job
from conftest import DrainJobs
from patients.models import Patient
from patients.selectors import timeline_page
from patients.services import consent_record

pytestmark = [pytest.mark.django_db]
State = ImportRun.State
Request = Callable[..., ImportRun]


@pytest.fixture
def request_import(alice: User, patient: Patient, make_upload: Upload) -> Request:
    def ask(content: bytes, *, dry_run: bool = False, **options: Any) -> ImportRun:
        upload = make_upload(content)
        return services.import_request(
            by=alice.actor, patient_id=patient.id, upload_id=upload.id, dry_run=dry_run,
            options=ImportOptions(**options),
        )  # fmt: skip

    return ask


def now_of(user: User, run: ImportRun) -> ImportRun:
    return selectors.import_get(user.actor, run.id)


def values(user: User, patient: Patient) -> list[float]:
    years = datetime(2020, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
    return list(selectors.readings_array(user.actor, patient.id, "heart_rate", *years).values)


def acts(run: ImportRun) -> list[str]:
    rows = AuditEvent.objects.filter(subject_id=run.id).exclude(act="import.read")
    return list(rows.order_by("id").values_list("act", flat=True))


def work(run: ImportRun, **options: Any) -> ImportRun:
    return services.import_work(
        by=WORKER, patient_id=run.patient_id, run_id=run.id, job_id=run.job_id,
        **({"progress": lambda run: None} | options),
    )  # fmt: skip


def test_file_becomes_readings_with_a_receipt(
    alice: User, patient: Patient, request_import: Request, drain_jobs: DrainJobs
) -> None:
    extra = "?\nother Sodium\nother Sodium\n- heart_rate 1600000000000 50"
    run = request_import(text_of(10, extra=extra), zone="Europe/Oslo")
    assert (run.state, run.importer) == (State.QUEUED, "lines")
    assert "biometrics.tasks.import_readings" in drain_jobs()
    done = now_of(alice, run)
    assert (done.state, done.accepted, done.rejected, done.position) == (State.DONE, 11, 1, 14)
    assert done.found == {"heart_rate": [11, 1_600_000_000_000, 1_700_000_540_000]}
    assert (done.ignored, done.reasons) == ({"Sodium": 2}, [[10, "It is no reading."]])
    assert sorted(values(alice, patient)) == [50.0, *[60.0 + n for n in range(10)]]
    assert acts(run) == ["import.request", "import.start", "import.finish"]
    (entry,) = [e for e in timeline_page(alice.actor, patient.id).items if e.kind == "import"]
    assert entry.title == "Lines: 11 readings"
    assert not readings_verify(WORKER, patient.id).faults


def test_devices_of_the_file_are_found_or_registered_once(
    alice: User, patient: Patient, request_import: Request, drain_jobs: DrainJobs
) -> None:
    band = services.device_register(by=alice.actor, patient_id=patient.id, name="Band")
    extra = "Band heart_rate 1600000000000 50"
    request_import(text_of(9, extra=extra))
    request_import(text_of(10, extra=extra))
    drain_jobs()
    found = selectors.devices(alice.actor, patient.id)
    assert [device.name for device in found] == ["Band", "Watch"]
    assert found[0].id == band.id


def test_file_is_removed_after_the_import_and_kept_after_a_dry_run(
    alice: User, patient: Patient, request_import: Request, drain_jobs: DrainJobs
) -> None:
    dry = request_import(text_of(5), dry_run=True)
    drain_jobs()
    seen = now_of(alice, dry)
    assert (seen.state, seen.accepted, seen.found["heart_rate"][0]) == (State.DONE, 0, 5)
    assert values(alice, patient) == []
    upload_id = UUID(dry.file_key)
    assert selectors.uploads_waiting(alice.actor, patient.id)[0].id == upload_id
    services.import_request(
        by=alice.actor, patient_id=patient.id, upload_id=upload_id, options=ImportOptions()
    )
    drain_jobs()
    assert len(values(alice, patient)) == 5
    with pytest.raises(NotFound):
        selectors.upload_get(alice.actor, upload_id)


def test_death_at_any_moment_loses_and_doubles_nothing(
    alice: User, patient: Patient, request_import: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def dying(when: str) -> Callable[..., Any]:
        def store(**values: Any) -> Any:
            if when == "before":
                raise Killed
            services.lanes_store(**values)
            raise Killed

        return store

    def die(run: ImportRun) -> None:
        raise Killed

    run = request_import(text_of(30))
    store = importing.lanes_store
    for round_ in range(5):
        monkeypatch.setattr(
            importing, "lanes_store", dying("before" if round_ % 2 else "after")
        )
        with pytest.raises(Killed):
            work(run)
        monkeypatch.setattr(importing, "lanes_store", store)
        with pytest.raises(Killed):
            work(run, progress=die)
    done = work(run)
    assert (done.state, done.accepted, done.duplicate) == (State.DONE, 30, 0)
    assert values(alice, patient) == [60.0 + n for n in range(30)]


def test_pause_takes_effect_at_the_next_chunk_and_resume_goes_on_there(
    alice: User, patient: Patient, request_import: Request, drain_jobs: DrainJobs
) -> None:
    run = request_import(text_of(30))

    def pause(now: ImportRun) -> None:
        if now.position == 8:
            services.import_pause(by=alice.actor, run_id=run.id)

    stopped = work(run, progress=pause)
    assert (stopped.state, stopped.position, stopped.accepted) == (State.PAUSED, 8, 8)
    assert services.import_pause(by=alice.actor, run_id=run.id).state == State.PAUSED
    drain_jobs()  # the job of before finds nothing to do
    assert now_of(alice, run).state == State.PAUSED
    services.import_resume(by=alice.actor, run_id=run.id)
    drain_jobs()
    done = now_of(alice, run)
    assert (done.state, done.accepted, done.duplicate) == (State.DONE, 30, 0)
    acted = ["request", "start", "pause", "follow", "resume", "start", "finish"]
    assert acts(run) == [f"import.{act}" for act in acted]


def test_consent_withdrawn_under_way_stops_at_the_next_chunk(
    alice: User, patient: Patient, request_import: Request, drain_jobs: DrainJobs
) -> None:
    run = request_import(text_of(30))

    def withdraw(now: ImportRun) -> None:
        if now.position == 8:
            consent_record(
                by=alice.actor, patient_id=patient.id, purpose="monitoring", given=False,
                source="paper",
            )  # fmt: skip

    stopped = work(run, progress=withdraw)
    assert (stopped.state, stopped.position) == (State.FAILED, 8)
    assert "no consent" in (stopped.error or "")
    assert len(values(alice, patient)) == 8
    drain_jobs()
    with pytest.raises(NotFound):  # the file went with the removal
        selectors.upload_get(alice.actor, UUID(run.file_key))


def test_worker_that_was_overtaken_stops(alice: User, request_import: Request) -> None:
    run = request_import(text_of(30))

    def overtake(now: ImportRun) -> None:
        if now.position == 4:
            work(run)

    late = work(run, progress=overtake)
    assert (late.state, late.accepted, late.duplicate) == (State.DONE, 30, 0)


def test_cancel_keeps_what_is_stored_and_removes_the_file(
    alice: User, patient: Patient, request_import: Request, drain_jobs: DrainJobs
) -> None:
    run = request_import(text_of(30))
    stopped = work(
        run, progress=lambda now: services.import_cancel(by=alice.actor, run_id=run.id)
    )
    assert (stopped.state, len(values(alice, patient))) == (State.CANCELLED, 4)
    assert services.import_cancel(by=alice.actor, run_id=run.id).state == State.CANCELLED
    with pytest.raises(NotFound):
        selectors.upload_get(alice.actor, UUID(run.file_key))
    with pytest.raises(Conflict):
        services.import_resume(by=alice.actor, run_id=run.id)
    drain_jobs()
    assert now_of(alice, run).state == State.CANCELLED


@pytest.mark.parametrize(
    ("line", "sentence"),
    [("bomb", "after record 8 (ZeroDivisionError)"), ("end", "breaks off")],
)
def test_poison_fails_with_a_sentence_and_goes_on_once_it_can(
    alice: User, patient: Patient, lines: Lines, request_import: Request,
    drain_jobs: DrainJobs, line: str, sentence: str, monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    run = request_import(text_of(10, extra=line))
    drain_jobs()
    failed = now_of(alice, run)
    assert (failed.state, failed.position, failed.accepted) == (State.FAILED, 8, 8)
    assert sentence in (failed.error or "")
    good = lines._chunk
    monkeypatch.setattr(
        lines, "_chunk", lambda rows, first: good([r.replace(line, "?") for r in rows], first)
    )
    services.import_resume(by=alice.actor, run_id=run.id)
    drain_jobs()
    done = now_of(alice, run)
    assert (done.state, done.accepted, done.duplicate, done.error) == (State.DONE, 10, 0, None)


def test_retry_reads_from_the_beginning(
    alice: User, request_import: Request, drain_jobs: DrainJobs
) -> None:
    run = request_import(text_of(10, extra="end"))
    drain_jobs()
    services.import_retry(by=alice.actor, run_id=run.id)
    with pytest.raises(Conflict):
        services.import_retry(by=alice.actor, run_id=run.id)
    drain_jobs()
    again = now_of(alice, run)
    assert (again.state, again.accepted, again.duplicate) == (State.FAILED, 0, 8)


def test_lost_database_is_the_jobs_to_try_again(
    alice: User, request_import: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(**_: Any) -> None:
        raise OperationalError

    run = request_import(text_of(10))
    monkeypatch.setattr(importing, "lanes_store", lost)
    jobs.run(run.job_id)
    job = Job.objects.get(id=run.job_id)
    assert (job.state, job.error) == (Job.State.QUEUED, "OperationalError")
    assert now_of(alice, run).state == State.RUNNING


def test_fault_of_the_store_fails_the_run(
    alice: User, request_import: Request, monkeypatch: pytest.MonkeyPatch, drain_jobs: DrainJobs
) -> None:
    def refusing(**_: Any) -> None:
        raise Invalid("There is no metric 'aura'.")

    run = request_import(text_of(10))
    monkeypatch.setattr(importing, "lanes_store", refusing)
    drain_jobs()
    failed = now_of(alice, run)
    assert (failed.state, failed.error) == (State.FAILED, "There is no metric 'aura'.")


def test_long_import_is_handed_on_to_a_job_of_its_own(
    alice: User, request_import: Request, drain_jobs: DrainJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "SLICE_SECONDS", 0.0)
    run = request_import(text_of(10))
    assert drain_jobs().count("biometrics.tasks.import_readings") == 3
    assert now_of(alice, run).accepted == 10
    assert set(
        Job.objects.filter(name__contains="import").values_list("requested_by", flat=True)
    ) == {alice.id}


def test_import_whose_job_died_is_buried_and_can_go_on(
    alice: User, request_import: Request, drain_jobs: DrainJobs
) -> None:
    run = request_import(text_of(10))
    assert services.imports_bury(by=WORKER) == 0
    Job.objects.filter(id=run.job_id).update(state=Job.State.DEAD)
    assert services.imports_bury(by=WORKER) == 1
    assert "go on with the import" in (now_of(alice, run).error or "")
    services.import_resume(by=alice.actor, run_id=run.id)
    drain_jobs()
    assert now_of(alice, run).state == State.DONE


def test_reasons_are_counted_all_and_kept_in_part(
    alice: User, request_import: Request, drain_jobs: DrainJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "REASONS_KEPT", 5)
    run = request_import(text_of(1, extra="\n".join(["?"] * 9)))
    drain_jobs()
    done = now_of(alice, run)
    assert done.rejected == 9
    assert [number for number, _ in done.reasons or ()] == [1, 2, 3, 4, 5]


def test_request_says_what_it_needs(
    alice: User, charlie: User, patient: Patient, make_upload: Upload
) -> None:
    upload = make_upload(text_of(1, people="p01,p02"))

    def ask(user: User = alice, importer: str = "", **options: Any) -> ImportRun:
        return services.import_request(
            by=user.actor, patient_id=patient.id, upload_id=upload.id, importer=importer,
            options=ImportOptions(**options),
        )  # fmt: skip

    with pytest.raises(Invalid, match="whose part"):
        ask()
    with pytest.raises(Invalid, match="no time zone"):
        ask(zone="Mars/Olympus", person="p01")
    with pytest.raises(Invalid, match="no format 'aura'"):
        ask(importer="aura")
    with pytest.raises(NotFound):
        ask(charlie, person="p01")
    run = ask(person="p01")
    with pytest.raises(Conflict) as refusal:
        ask(person="p01")
    assert refusal.value.extra["import_id"] == str(run.id)


def test_unknown_content_wants_a_format(
    alice: User, patient: Patient, make_upload: Upload
) -> None:
    upload = make_upload(b"something else")
    assert upload.formats == []
    with pytest.raises(Invalid, match="isn't recognised"):
        services.import_request(
            by=alice.actor, patient_id=patient.id, upload_id=upload.id, options=ImportOptions()
        )


def test_strangers_import_is_not_there(
    charlie: User, request_import: Request, patient: Patient
) -> None:
    run = request_import(text_of(1))
    for act in (
        services.import_pause, services.import_cancel, services.import_resume,
        services.import_retry,
    ):  # fmt: skip
        with pytest.raises(NotFound):
            act(by=charlie.actor, run_id=run.id)
    with pytest.raises(NotFound):
        selectors.import_get(charlie.actor, run.id)
    with pytest.raises(NotFound):
        selectors.import_get(charlie.actor, uuid4())


def test_nothing_changes_when_the_trail_cannot_be_written(
    alice: User, request_import: Request, monkeypatch: pytest.MonkeyPatch
) -> None:
    def failing(**_: Any) -> None:
        raise RuntimeError

    run = request_import(text_of(9))
    monkeypatch.setattr("biometrics.services.imports.audit.record", failing)
    with pytest.raises(RuntimeError):
        services.import_pause(by=alice.actor, run_id=run.id)
    with acting_as(alice.actor):
        assert ImportRun.objects.get(id=run.id).state == State.QUEUED
        assert not Device.objects.exists()


def test_chunk_that_was_removed_for_good_is_refused_and_the_rest_goes_on(
    alice: User, request_import: Request, drain_jobs: DrainJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refusing(**sent: Any) -> Any:
        (columns,) = sent["lanes"].values()
        if columns.value[0] < 68:
            raise Invalid("It was removed for good.", rejected=len(columns))
        return services.lanes_store(**sent)

    run = request_import(text_of(12))
    monkeypatch.setattr(importing, "lanes_store", refusing)
    drain_jobs()
    done = now_of(alice, run)
    assert (done.state, done.accepted, done.rejected) == (State.DONE, 4, 8)
    assert done.reasons == [[-1, "It was removed for good."]]
