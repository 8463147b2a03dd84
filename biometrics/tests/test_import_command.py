"""`manage.py import_readings`: one patient, all people, stopped and started again."""

from io import StringIO
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command
from django.db import OperationalError

from biometrics import selectors, services
from biometrics.models import ImportRun
from biometrics.services import importing
from biometrics.tests.import_lines import text_of
from clinicity.accounts.models import User
from conftest import DrainJobs
from patients.models import Patient
from patients.selectors import patients_page

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("lines")]


def run(path: Path, user: User, *words: Any) -> str:
    out = StringIO()
    call_command("import_readings", str(path), "--by", user.email, *map(str, words), stdout=out)
    return out.getvalue()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "a.txt"
    path.write_bytes(text_of(30, extra="?\nother Sodium"))
    return path


def imports(user: User, patient: Patient) -> list[ImportRun]:
    return list(selectors.imports_page(user.actor, patient.id).items)


def test_receipt_is_told(alice: User, patient: Patient, file: Path) -> None:
    said = run(file, alice, "--patient", patient.id)
    assert "Heart rate: 30 readings, 2023-11-14 … 2023-11-14" in said
    assert "left out, no metric for it: Sodium (1)" in said
    assert "record 31: It is no reading." in said
    assert "done: 32 records, 30 accepted, 0 duplicate, 0 corrected, 1 rejected" in said
    assert "0 accepted, 30 duplicate" in run(file, alice, "--patient", patient.id)


def test_dry_run_stores_nothing(alice: User, patient: Patient, file: Path) -> None:
    said = run(file, alice, "--patient", patient.id, "--dry-run")
    assert "only checked, 32 records, 0 accepted" in said
    assert selectors.latest(alice.actor, patient.id) == []


def test_ctrl_c_pauses_and_the_same_command_goes_on(
    alice: User, patient: Patient, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []

    def interrupted(**values: Any) -> Any:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return services.lanes_store(**values)

    monkeypatch.setattr(importing, "lanes_store", interrupted)
    with pytest.raises(CommandError, match="Paused"):
        run(file, alice, "--patient", patient.id)
    (paused,) = imports(alice, patient)
    assert (paused.state, paused.position) == ("paused", 8)
    said = run(file, alice, "--patient", patient.id)
    assert "Goes on after record 8." in said
    assert "30 accepted, 0 duplicate" in said
    assert len(imports(alice, patient)) == 1


def test_lost_database_is_told_and_the_same_command_goes_on(
    alice: User, patient: Patient, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(**_: Any) -> None:
        raise OperationalError

    with monkeypatch.context() as patch:
        patch.setattr(importing, "lanes_store", lost)
        with pytest.raises(CommandError, match="goes on where it stopped"):
            run(file, alice, "--patient", patient.id)
    assert "30 accepted" in run(file, alice, "--patient", patient.id)


def test_changed_file_is_another_import(
    alice: User, patient: Patient, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file.write_bytes(text_of(5, extra="end"))
    with pytest.raises(CommandError, match="breaks off"):
        run(file, alice, "--patient", patient.id)
    file.write_bytes(text_of(6))
    assert "2 accepted, 4 duplicate" in run(file, alice, "--patient", patient.id)
    assert [row.state for row in imports(alice, patient)] == ["done", "failed"]


def test_all_people_are_one_patient_each_and_found_again(alice: User, tmp_path: Path) -> None:
    path = tmp_path / "set.txt"
    path.write_bytes(text_of(5, people="p01,p02"))
    said = run(path, alice, "--all-people", "--zone", "Europe/Oslo")
    assert "2/2 p02" in said
    assert "marked as simulated" in said
    assert "0 accepted, 5 duplicate" in run(path, alice, "--all-people")
    people = patients_page(alice.actor).items
    assert sorted(person.record_number for person in people) == ["lines p01", "lines p02"]
    assert {person.time_zone for person in people} == {"Europe/Oslo"}


def test_paused_on_the_page_can_be_gone_on_with_by_a_worker(
    alice: User, patient: Patient, file: Path, drain_jobs: DrainJobs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    from biometrics import services

    def pausing(**values: Any) -> Any:
        services.import_pause(by=alice.actor, run_id=values["import_run"].id)
        return services.lanes_store(**values)

    with monkeypatch.context() as patch:
        patch.setattr(importing, "lanes_store", pausing)
        with pytest.raises(CommandError, match="Paused"):
            run(file, alice, "--patient", patient.id)
    (paused,) = imports(alice, patient)
    services.import_resume(by=alice.actor, run_id=paused.id)
    drain_jobs()
    (done,) = imports(alice, patient)
    assert (done.state, done.accepted, done.duplicate) == ("done", 30, 0)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["--patient", uuid4()], "no such patient"),
        (["--record-number", "nobody's"], "0 patients"),
        (["--all-people"], "doesn't name several people"),
        (["--record-number", "42", "--format", "aura"], "no format 'aura'"),
        (["--record-number", "42", "--zone", "Mars"], "no time zone"),
        (["--record-number", "42", "--mapping", "a"], "KEY=VALUE"),
    ],
)
def test_mistakes_are_told_in_a_sentence(
    alice: User, file: Path, words: list[Any], sentence: str
) -> None:
    from datetime import date

    from patients.services import patient_create

    patient_create(
        by=alice.actor, first_name="A", last_name="B", date_of_birth=date(1980, 1, 1),
        record_number="42",
    )  # fmt: skip
    with pytest.raises(CommandError, match=sentence):
        run(file, alice, *words)


def test_unknown_file_wants_a_format(alice: User, patient: Patient, tmp_path: Path) -> None:
    path = tmp_path / "x"
    path.write_text("\x00")
    with pytest.raises(CommandError, match="isn't recognised"):
        run(path, alice, "--patient", patient.id)
    with pytest.raises(CommandError, match="no file or folder"):
        run(tmp_path / "gone", alice, "--patient", patient.id)
