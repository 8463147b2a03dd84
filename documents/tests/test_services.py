"""Taking a file in: whole, or not at all."""

from pathlib import Path
from typing import Any

import pytest

from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.audit import services as audit
from clinicity.common.actors import WORKER
from clinicity.common.exceptions import Conflict, NotFound, Refused, Unavailable
from clinicity.common.models import OutboxEvent
from clinicity.knowledge import vectors
from conftest import DrainJobs
from documents import selectors, services
from documents.models import Document
from documents.tests.samples import LETTER, pdf
from patients.models import Patient

pytestmark = pytest.mark.django_db


def upload(by: User, patient: Patient, content: bytes) -> None:
    services.document_upload(
        by=by.actor,
        patient_id=patient.id,
        title="",
        filename="../x\x00/letter.pdf",
        content=content,
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"%PDF-1.7 and nothing more", "broken"),
        (b"\x7fELF\x02\x01\x01", "unknown_type"),
        (b"\x89PNG\r\n\x1a\n", "broken"),
        (pdf(LETTER, password="secret"), "encrypted"),
    ],
)
def test_file_that_cant_be_read_is_refused_and_leaves_nothing(
    alice: User, patient: Patient, media: Path, content: bytes, reason: str
) -> None:
    with pytest.raises(services.FileRefused) as refusal:
        upload(alice, patient, content)
    assert refusal.value.extra["reason"] == reason
    assert_nothing(alice, media)


def test_too_large_file_is_refused(
    alice: User, patient: Patient, media: Path, settings: Any
) -> None:
    settings.UPLOAD_MAX_BYTES = 1024**2
    with pytest.raises(services.FileTooLarge, match="at most 1 MB"):
        upload(alice, patient, b"x" * (1024**2 + 1))
    assert_nothing(alice, media)


def test_failed_audit_leaves_neither_row_nor_file(
    alice: User, patient: Patient, media: Path, letter: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    record = audit.record

    def broken(*, act: str, **rest: Any) -> Any:
        if act == "document.upload":
            raise RuntimeError
        return record(act=act, **rest)

    with monkeypatch.context() as patch:
        patch.setattr(audit, "record", broken)
        with pytest.raises(RuntimeError):
            upload(alice, patient, letter)
    assert_nothing(alice, media)


def test_stranger_and_auditor_upload_nothing(
    charlie: User, auditor: User, patient: Patient, media: Path, letter: bytes
) -> None:
    with pytest.raises(NotFound):
        upload(charlie, patient, letter)
    with pytest.raises(Refused):
        upload(auditor, patient, letter)
    assert not list(media.rglob("*"))


def test_name_is_kept_without_its_folders(alice: User, patient: Patient, letter: bytes) -> None:
    upload(alice, patient, letter)
    (document,) = selectors.documents_page(alice.actor, patient.id).items
    assert (document.filename, document.title) == ("letter.pdf", "letter.pdf")


def assert_nothing(by: User, media: Path) -> None:
    assert not list(media.rglob("*.sealed"))
    assert not selectors.documents_page(by.actor).items
    assert not OutboxEvent.objects.filter(name="documents.uploaded").exists()


@pytest.mark.parametrize(
    ("state", "act"),
    [
        ("failed", services.document_retry),
        ("held", services.document_accept),
        ("ready", services.document_delete),
    ],
)
def test_failed_audit_undoes_the_act(
    alice: User,
    patient: Patient,
    letter: bytes,
    monkeypatch: pytest.MonkeyPatch,
    state: str,
    act: Any,
) -> None:
    upload(alice, patient, letter)
    (document,) = selectors.documents_page(alice.actor, patient.id).items
    with acting_as(alice.actor):
        for step in ("reading", state):
            services.transition(document, step)

    def broken(**_: Any) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(audit, "record", broken)
        with pytest.raises(RuntimeError):
            act(by=alice.actor, document_id=document.id)
    assert selectors.document_progress(alice.actor, document.id).state == state


def test_purge_waits_for_the_index_and_goes_on_later(
    alice: User,
    patient: Patient,
    letter: bytes,
    media: Path,
    drain_jobs: DrainJobs,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def down() -> None:
        raise Unavailable("The passage index doesn't answer.")

    upload(alice, patient, letter)
    drain_jobs()
    (document,) = selectors.documents_page(alice.actor, patient.id).items
    services.document_delete(by=alice.actor, document_id=document.id)
    mine = {"by": WORKER, "patient_id": patient.id, "document_id": document.id}
    with monkeypatch.context() as patch:
        patch.setattr(vectors, "passages", down)
        with pytest.raises(Unavailable):
            services.document_purge(**mine)
    assert list(media.rglob("*.sealed"))
    for _ in range(2):
        services.document_purge(**mine)
    assert not list(media.rglob("*.sealed"))


@pytest.mark.parametrize(
    ("before", "after"), [("ready", "reading"), ("held", "ready"), ("deleted", "received")]
)
def test_states_follow_their_table(before: str, after: str) -> None:
    document = Document(state=before)
    with pytest.raises(Conflict):
        services.transition(document, after)
    assert document.state == before
