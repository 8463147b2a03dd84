"""Streams of lines through the door, with real transactions: stored part by part."""

import gzip
from datetime import UTC, datetime
from typing import Any

import pytest
from asgiref.sync import async_to_sync

from biometrics import admission, selectors, streams
from biometrics.admission import Admission
from biometrics.group_commit import progress_key
from biometrics.services import device_register
from biometrics.streams import LineStream
from biometrics.tests.knocking import LINES, ask, ask_all, lines
from clinicity.accounts import idempotency
from clinicity.accounts.models import StoredAnswer, User
from clinicity.accounts.tokens import pair_issue
from clinicity.common.actors import WORKER
from patients.models import Patient
from patients.services import patient_create

DAY = datetime(2025, 4, 1, tzinfo=UTC), datetime(2025, 4, 30, tzinfo=UTC)


@pytest.fixture
def token(real_transactions: None, alice: User) -> str:
    return pair_issue(alice).access


def stored(patient: Patient) -> list[float]:
    return selectors.readings_array(WORKER, patient.id, "heart_rate", *DAY).values.tolist()  # type: ignore[return-value]


def progress(user: User, key: str) -> str | None:
    index = idempotency.claimed_by(user.id, progress_key(key), "").index
    kept = StoredAnswer.objects.filter(actor_id=user.id, key_index=index).first()
    return kept.body if kept else None


# --- cutting into parts --------------------------------------------------------------


def cut(body: bytes, size: int) -> list[list[bytes]]:
    async def pieces() -> Any:
        for at in range(0, len(body), size):
            visit.hold(len(body[at : at + size]))
            yield body[at : at + size]

    async def gather() -> list[list[bytes]]:
        return [part async for part in LineStream(pieces(), visit).parts()]

    with Admission().entered() as visit:
        return async_to_sync(gather)()


@pytest.mark.parametrize("size", [1, 7, 1000, 10**6])
def test_lines_are_the_same_however_they_arrive(size: int) -> None:
    body = b"one\n\ntwo\r\nthree" + b"x" * 3000
    assert cut(body, size) == [body.split(b"\n")]


def test_parts_end_at_so_many_lines_or_bytes() -> None:
    assert [len(part) for part in cut(b"{}\n" * 12_000, 65_536)] == [5000, 5000, 2000]
    wide = b"x" * 1023 + b"\n"
    assert [len(part) for part in cut(wide * 2500, 65_536)] == [1024, 1024, 452]


@pytest.mark.parametrize("size", [100, 65_536, 10**6])
@pytest.mark.parametrize("after", [b"", b"\n", b"\n{}\n"])
def test_long_line_is_refused_however_it_arrives(size: int, after: bytes) -> None:
    just = b"x" * streams.LONGEST_LINE
    assert cut(just + after, size)[0][0] == just
    with pytest.raises(admission.TooLarge):
        cut(just + b"x" + after, size)


def test_what_was_stored_is_let_go() -> None:
    """A stream of any length holds a part and a piece of it."""
    most = 0

    async def pieces() -> Any:
        nonlocal most
        for _ in range(200):
            visit.hold(65_536)
            most = max(most, visit.held)
            yield (b"x" * 1023 + b"\n") * 64

    async def gather() -> None:
        async for _ in LineStream(pieces(), visit).parts():
            pass

    with Admission().entered() as visit:
        async_to_sync(gather)()
    assert most <= streams.PART_BYTES + 65_536


# --- through the door ----------------------------------------------------------------


def test_stream_is_stored_in_parts_and_answered_with_their_sums(
    token: str, alice: User, patient: Patient
) -> None:
    body = gzip.compress(lines(patient.id, range(11_000)))
    status, answer = ask(token, body, idempotency_key="k", content_encoding="gzip", **LINES)
    assert (status, answer["lines"], answer["accepted"]) == (201, 11_000, 11_000)
    assert len(answer["receipts"]) == 3
    assert stored(patient) == [50 + n % 100 for n in range(11_000)]
    assert progress(alice, "k") == '{"lines":11000}'


def test_same_stream_again_stores_nothing_twice(
    token: str, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "PART_LINES", 10)
    body = lines(patient.id, range(25))
    first, again = (ask(token, body, idempotency_key="k", **LINES) for _ in range(2))
    assert first == again
    assert selectors.ledger_position(WORKER, patient.id) == 3
    status, answer = ask(token, lines(patient.id, range(30, 50)), idempotency_key="k", **LINES)
    assert (status, answer["lines"]) == (422, 0)
    assert len(stored(patient)) == 25


def test_stream_that_was_cut_off_goes_on_from_the_kept_line(
    token: str, alice: User, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "PART_LINES", 10)
    monkeypatch.setattr(admission, "SILENCE_SECONDS", 0.2)
    body = lines(patient.id, range(45))
    at = len(lines(patient.id, range(27)))
    status, _ = ask(token, body, size=at, stalls_after=1, idempotency_key="k", **LINES)
    assert status == 408
    assert progress(alice, "k") == '{"lines":20}'
    rest = lines(patient.id, range(20, 45))
    status, answer = ask(token, rest, query="from=20", idempotency_key="k", **LINES)
    assert (status, answer["lines"], answer["accepted"]) == (201, 45, 25)
    assert stored(patient) == [50 + n for n in range(45)]


def test_head_line_says_what_all_lines_have_in_common(
    token: str, alice: User, patient: Patient
) -> None:
    watch = device_register(by=alice.actor, patient_id=patient.id, name="Watch")
    bare = lines(patient.id, range(3)).replace(f'"patient_id": "{patient.id}", '.encode(), b"")
    head = f'{{"patient_id":"{patient.id}","device_id":"{watch.id}"}}\n'.encode()
    status, answer = ask(token, head + bare, **LINES)
    assert (status, answer["lines"], answer["accepted"]) == (201, 3, 3)
    head = f'{{"device_id":"{watch.id}"}}\n'.encode()
    for body, query in (
        (head + lines(patient.id, range(3)), ""),
        (head + bare, f"patient_id={patient.id}"),
        (bare, f"patient_id={patient.id}&device_id={watch.id}"),
    ):
        status, answer = ask(token, body, query=query, **LINES)
        assert (status, answer["duplicate"]) == (201, 3), "another device's"


def test_bad_lines_are_named_by_their_place_in_the_whole_stream(
    token: str, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "PART_LINES", 10)
    rows = lines(patient.id, range(30)).split(b"\n")[:-1]
    rows[0] = b'{"timestamp": "2025-04-01T00:00:00Z"}'
    rows[7], rows[13], rows[29] = b"no json", b"", rows[29].replace(b"Z", b"")
    status, answer = ask(token, b"\n".join(rows), query="from=100", **LINES)
    assert (status, answer["lines"], answer["accepted"], answer["rejected"]) == (
        201,
        130,
        26,
        3,
    )
    told = [(reason["index"], reason["field"]) for reason in answer["reasons"]]
    assert told == [(100, "data_type"), (107, ""), (129, "timestamp")]


def test_part_of_bad_lines_only_stops_nothing(token: str, patient: Patient) -> None:
    bad = b'{"data_type": "heart_rate", "timestamp": "yesterday"}\n' * 4998
    deep = b'{"data_type":' + b"[" * 30_000 + b"\n"
    rows = b'"no event"\n' + bad + deep + lines(patient.id, range(5000, 5010))
    status, answer = ask(token, rows, query=f"patient_id={patient.id}", **LINES)
    assert (status, answer["lines"]) == (201, 5010)
    assert (answer["accepted"], answer["rejected"]) == (10, 5000)
    assert len(answer["reasons"]) == 1000


def test_two_patients_in_one_stream(token: str, alice: User, patient: Patient) -> None:
    other = patient_create(
        by=alice.actor, first_name="Ida", last_name="Two", date_of_birth=DAY[0].date()
    )
    body = b"".join(
        lines((patient, other)[n % 2].id, [n]) for n in range(20)
    ) + lines("01900000-0000-7000-8000-000000000000", [20])  # fmt: skip
    status, answer = ask(token, body, **LINES)
    assert (status, answer["accepted"], answer["rejected"]) == (201, 20, 1)
    assert answer["reasons"][0]["index"] == 20
    assert len(answer["receipts"]) == 2
    assert (len(stored(patient)), len(stored(other))) == (10, 10)


@pytest.mark.parametrize(
    ("body", "how", "status", "word"),
    [
        (b"x" * 70_000, {}, 413, "KiB"),
        (b"", {}, 400, "no line"),
        (b"{}\n", {"query": "from=-1"}, 400, "from"),
        (b"{}\n", {"query": "from=" + "9" * 30}, 400, "from"),
        (b"{}\n", {"query": "patient_id=me"}, 400, "ids"),
        (b"{}\n", {"idempotency_key": "k" * 201}, 400, "200 characters"),
        (b"{}\n", {"content_encoding": "br"}, 415, "gzip"),
    ],
)
def test_what_is_wrong_with_a_stream_is_said(
    token: str, body: bytes, how: dict[str, str], status: int, word: str
) -> None:
    found, answer = ask(token, body, **how, **LINES)
    assert (found, word in answer["detail"]) == (status, True)


def test_stream_for_a_stranger_stops_and_says_where(
    token: str, patient: Patient, charlie: User
) -> None:
    theirs = pair_issue(charlie).access
    status, answer = ask(theirs, lines(patient.id, range(5)), **LINES)
    assert (status, answer["lines"]) == (404, 0)
    assert stored(patient) == []


def test_streams_and_single_requests_are_stored_beside_each_other(
    token: str, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(streams, "PART_LINES", 5)
    answers = ask_all(
        {"token": token, "body": lines(patient.id, range(20)), "idempotency_key": "a"} | LINES,
        {"token": token, "body": lines(patient.id, range(20, 40)), "idempotency_key": "b"}
        | LINES,
        *({"token": token, "body": lines(patient.id, [n])} for n in range(40, 50)),
    )
    assert {status for status, _ in answers} == {201}
    assert stored(patient) == [50 + n for n in range(50)]
    assert selectors.ledger_position(WORKER, patient.id) == 18


def test_slow_client_is_let_go(token: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(admission, "SILENCE_SECONDS", 0.1)
    assert ask(token, b"{", stalls_after=1)[0] == 408
