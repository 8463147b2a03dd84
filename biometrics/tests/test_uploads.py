"""Files in parts: sealed, resumed, proven whole, removed."""

import os
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from biometrics import selectors, services, uploads
from biometrics.models import ImportUpload
from biometrics.services.uploads import plain_name
from biometrics.tests.import_lines import Lines, Upload, text_of
from clinicity.accounts.acting import Scope, acting_as
from clinicity.accounts.models import User
from clinicity.audit.models import AuditEvent
from clinicity.common import clock
from clinicity.common.actors import WORKER
from clinicity.common.exceptions import Conflict, Invalid, NotFound, Unavailable
from clinicity.privacy.keyring import Unreadable
from patients.models import Patient

pytestmark = pytest.mark.django_db
PART = 64


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "PART_BYTES", PART)


def begin(user: User, patient: Patient, size: int, name: str = "data.txt") -> ImportUpload:
    return services.upload_begin(by=user.actor, patient_id=patient.id, name=name, size=size)


def send(user: User, upload: ImportUpload, content: bytes, offset: int) -> ImportUpload:
    part = content[offset : offset + PART]
    return services.upload_receive(by=user.actor, upload_id=upload.id, offset=offset, data=part)


def sealed_files(settings: Any) -> list[Path]:
    return sorted(Path(settings.MEDIA_ROOT).rglob("*.sealed"))


def test_whole_file_is_sealed_recognised_and_read_back(
    make_upload: Upload, patient: Patient, settings: Any
) -> None:
    content = text_of(20, people="p01,p02")
    upload = make_upload(content, name="C:\\temp\\me.txt")
    assert (upload.name, upload.formats) == ("me.txt", ["lines"])
    assert upload.people == {"lines": ["p01", "p02"]}
    assert upload.digest == sha256(content).hexdigest()
    files = sealed_files(settings)
    assert len(files) == uploads.part_count(len(content)) > 2
    assert all(b"heart_rate" not in file.read_bytes() for file in files)
    assert all(file.stat().st_mode & 0o077 == 0 for file in files)
    with uploads.opened(patient.id, upload.id, size=len(content), name=upload.name) as path:
        assert (path.name, path.read_bytes()) == ("me.txt", content)
    assert not path.exists()
    assert not list((Path(settings.MEDIA_ROOT) / uploads.OPEN).iterdir())


def test_large_file_is_opened_without_a_name_on_disk(
    make_upload: Upload, patient: Patient, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = text_of(20)
    upload = make_upload(content)
    monkeypatch.setattr(uploads, "IN_MEMORY_BYTES", 0)
    with uploads.opened(patient.id, upload.id, size=len(content), name="a.txt") as path:
        assert path.read_bytes() == content
        where = os.readlink(os.readlink(path))
        assert where.startswith(str(settings.MEDIA_ROOT))
        assert not Path(where).exists()


def test_part_sent_twice_is_harmless_and_a_gap_says_where_to_go_on(
    alice: User, patient: Patient, lines: Lines
) -> None:
    content = text_of(9)
    upload = begin(alice, patient, len(content))
    send(alice, upload, content, 0)
    assert send(alice, upload, content, 0).received == PART
    with pytest.raises(Conflict) as refusal:
        send(alice, upload, content, 3 * PART)
    assert refusal.value.extra["received"] == PART
    with pytest.raises(Invalid, match="64 bytes, not 3"):
        services.upload_receive(by=alice.actor, upload_id=upload.id, offset=PART, data=b"abc")


def test_same_file_begun_again_goes_on_where_it_stopped(
    alice: User, bob: User, patient: Patient, lines: Lines
) -> None:
    content = text_of(9)
    upload = begin(alice, patient, len(content))
    send(alice, upload, content, 0)
    again = begin(alice, patient, len(content))
    assert (again.id, again.received) == (upload.id, PART)
    assert begin(alice, patient, len(content), "other.txt").id != upload.id
    assert begin(bob, patient, len(content)).id != upload.id


def test_digest_of_another_file_is_refused_and_nothing_is_kept(
    alice: User, patient: Patient, lines: Lines, settings: Any,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    content = text_of(1)
    upload = begin(alice, patient, len(content))
    for offset in range(0, len(content), PART):
        send(alice, upload, content, offset)
    with (
        django_capture_on_commit_callbacks(execute=True),
        pytest.raises(Invalid, match="isn't the file"),
    ):
        services.upload_finish(
            by=alice.actor, upload_id=upload.id, digest=sha256(b"x").hexdigest()
        )
    assert not sealed_files(settings)
    with pytest.raises(NotFound):
        selectors.upload_get(alice.actor, upload.id)


def test_digest_of_the_parts_digests_is_taken_too(
    alice: User, patient: Patient, lines: Lines
) -> None:
    content = text_of(9)
    upload = begin(alice, patient, len(content))
    inner = b""
    for offset in range(0, len(content), PART):
        send(alice, upload, content, offset)
        inner += sha256(content[offset : offset + PART]).digest()
    digest = sha256(inner).hexdigest()
    done = services.upload_finish(by=alice.actor, upload_id=upload.id, digest=digest)
    assert done.digest == sha256(content).hexdigest()


def test_unfinished_file_is_not_finished(alice: User, patient: Patient, lines: Lines) -> None:
    upload = begin(alice, patient, 2 * PART)
    with pytest.raises(Conflict, match="isn't whole"):
        services.upload_finish(by=alice.actor, upload_id=upload.id, digest="0" * 64)


def test_altered_or_swapped_part_is_noticed(
    make_upload: Upload, patient: Patient, settings: Any
) -> None:
    content = text_of(9)
    upload = make_upload(content)
    first, second, *_ = sealed_files(settings)
    held = first.read_bytes()
    first.write_bytes(second.read_bytes())
    with pytest.raises(Unreadable):
        list(uploads.parts(patient.id, upload.id, len(content)))
    first.write_bytes(held[:-1] + bytes([held[-1] ^ 1]))
    with pytest.raises(Unreadable):
        list(uploads.parts(patient.id, upload.id, len(content)))


@pytest.mark.parametrize("size", [0, -1])
def test_empty_file_is_refused(alice: User, patient: Patient, lines: Lines, size: int) -> None:
    with pytest.raises(Invalid, match="empty"):
        begin(alice, patient, size)


def test_too_large_or_no_room_is_refused(
    alice: User, patient: Patient, lines: Lines, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.IMPORT_MAX_BYTES = 2 * 1024**3
    with pytest.raises(services.FileTooLarge, match="2 GB"):
        begin(alice, patient, 2 * 1024**3 + 1)
    monkeypatch.setattr(uploads, "room_for", lambda size: False)
    with pytest.raises(Unavailable, match="no room"):
        begin(alice, patient, 1)


def test_strangers_upload_is_not_there(
    make_upload: Upload, charlie: User, patient: Patient
) -> None:
    upload = make_upload(text_of(1))
    with pytest.raises(NotFound):
        begin(charlie, patient, 5)
    with pytest.raises(NotFound):
        services.upload_receive(by=charlie.actor, upload_id=upload.id, offset=0, data=b"")
    with pytest.raises(NotFound):
        services.upload_remove(by=charlie.actor, upload_id=upload.id)


def test_sweep_removes_what_is_a_week_old_and_what_a_crash_left(
    make_upload: Upload, settings: Any, django_capture_on_commit_callbacks: Any
) -> None:
    old, fresh, left = (make_upload(text_of(n)) for n in (1, 2, 3))
    with acting_as(WORKER, Scope.ALL_PATIENTS):
        ImportUpload.objects.filter(id=old.id).update(
            created_at=clock.now() - timedelta(days=7, hours=1)
        )
        ImportUpload.objects.filter(id=left.id).update(removed_at=clock.now())
    with django_capture_on_commit_callbacks(execute=True):
        assert services.uploads_sweep(by=WORKER, now=clock.now()) == 1
    assert {id for id, _ in uploads.kept()} == {fresh.id}
    assert AuditEvent.objects.filter(act="import.upload_remove", subject_id=old.id).exists()


@pytest.mark.parametrize(
    ("sent", "kept"),
    [("/home/me/a.zip", "a.zip"), ("a\x00\n.csv", "a.csv"), ("..", "file"), ("", "file")],
)
def test_name_is_plain(sent: str, kept: str) -> None:
    assert plain_name(sent) == kept
