"""The phone contract: its tables, and the reference client against a server that errs."""

import importlib.util
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from biometrics.bodies import intake_of
from biometrics.importers.phone_types import (
    HEALTH_CONNECT,
    HEALTHKIT,
    TYPES,
    PhoneType,
    document,
    table,
)
from biometrics.metrics import metric_of
from biometrics.samples import checked
from clinicity.common import clock

DOCS = Path(settings.BASE_DIR) / "docs"
PATIENT, DEVICE = "01970000-0000-7000-8000-000000000001", "01970000-0000-7000-8000-000000000002"
START, END = "2025-04-17T14:23:00+02:00", "2025-04-17T14:53:00+02:00"
HEART = "HKQuantityTypeIdentifierHeartRate"
Answer = tuple[int, dict[str, str], bytes]


def _client() -> Any:
    path = DOCS / "examples" / "phone_client.py"
    spec = importlib.util.spec_from_file_location("phone_client", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


phone_client = _client()


def sample(kind: str = HEART, value: object = 72, unit: str = "count/min") -> dict[str, Any]:
    return {"type": kind, "start": START, "end": END, "value": value, "unit": unit}


# The tables.


@pytest.mark.parametrize("each", TYPES.values(), ids=lambda each: each.name)
def test_each_type_has_a_metric_its_units_and_its_states(each: PhoneType) -> None:
    metric = metric_of(each.metric)
    for unit in each.units.values():
        metric.factor_of(unit)
    assert set(each.states.values()) <= set(metric.states)
    assert each.units or each.states or each.by_duration


def test_no_name_stands_for_two_types() -> None:
    assert len(TYPES) == len(HEALTHKIT) + len(HEALTH_CONNECT)


@pytest.mark.parametrize("types", [HEALTHKIT, HEALTH_CONNECT])
def test_document_shows_the_tables_as_they_are(types: tuple[PhoneType, ...]) -> None:
    assert table(types) in (DOCS / "phone-contract.md").read_text()


def test_client_has_the_same_tables() -> None:
    assert json.loads((DOCS / "examples" / "phone_types.json").read_text()) == document()


# Translating.


@pytest.mark.parametrize(
    ("given", "metric", "value", "unit"),
    [
        (sample(), "heart_rate", 72, "/min"),
        (sample("HKQuantityTypeIdentifierOxygenSaturation", 0.97, "%"), "spo2", 0.97, "1"),
        (
            sample("HeartRateVariabilityRmssdRecord.heartRateVariabilityMillis", 40, "milliseconds"),
            "hrv_rmssd", 40, "ms",
        ),
        (sample("SleepSessionRecord.stage", "STAGE_TYPE_REM"), "sleep_stage", 3, ""),
        (sample("ExerciseSessionRecord", None), "exercise", 30, "min"),
        (sample("ExerciseSessionRecord", 25, "minutes"), "exercise", 25, "min"),
    ],
)  # fmt: skip
def test_translated_sample_is_one_that_the_door_takes(
    given: dict[str, Any], metric: str, value: float, unit: str
) -> None:
    event = phone_client.translated(given)
    assert (event["data_type"], event["value"], event["unit"]) == (metric, value, unit)
    intake = intake_of(json.dumps({"patient_id": PATIENT, "events": [event]}).encode())
    found = checked(next(iter(intake.patients.values())), now=clock.now())
    assert (intake.reasons, found.reasons, len(found.columns[metric])) == ((), [], 1)


def test_time_in_bed_is_told_from_sleep() -> None:
    event = phone_client.translated(
        sample("HKCategoryTypeIdentifierSleepAnalysis", "HKCategoryValueSleepAnalysisInBed")
    )
    assert event["sequence"] == 5


# Sending.


class Server:
    """Answers as it is told to, one answer a request, and then with receipts."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.seen: list[tuple[str, dict[str, str], Any]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                server.seen.append((self.path, dict(self.headers), body))
                status, headers, answer = server.answers.pop(0) if server.answers else receipt()
                self.send_response(status)
                for name, value in {"Content-Length": str(len(answer)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.http.server_port}"

    @property
    def keys(self) -> list[str]:
        return [headers["Idempotency-Key"] for _, headers, _ in self.seen]


def receipt(status: int = 201, **changes: object) -> Answer:
    told = {
        "id": DEVICE, "patient_id": PATIENT, "position": 1, "accepted": 1, "duplicate": 0,
        "corrected": 0, "rejected": 0, "reasons": [], "digest": "sha256:0",
        "received_at": START,
    }  # fmt: skip
    return status, {}, json.dumps(told | changes).encode()


@pytest.fixture
def server() -> Iterator[Server]:
    server = Server()
    thread = threading.Thread(target=server.http.serve_forever, args=(0.01,))
    thread.start()
    yield server
    server.http.shutdown()
    thread.join()
    server.http.server_close()


@pytest.fixture
def waits() -> list[float]:
    return []


@pytest.fixture
def phone(server: Server, tmp_path: Path, waits: list[float]) -> Any:
    """A paired phone that notes how long it would have waited."""
    client = phone_client.PhoneClient(server.url, tmp_path / "phone", waits.append)
    paired = {"device_id": DEVICE, "patient_id": PATIENT, "token": "secret"}
    server.answers = [(201, {}, json.dumps(paired).encode())]
    client.pair("K7QM-2XPD")
    server.seen.clear()
    return client


def test_pairing_keeps_the_token_to_its_owner(phone: Any) -> None:
    assert json.loads(phone.device.read_text())["token"] == "secret"
    assert phone.device.stat().st_mode & 0o077 == 0


def test_batch_is_sent_as_the_contract_says(phone: Any, server: Server) -> None:
    phone.add([sample()])
    phone.flush()
    ((path, headers, body),) = server.seen
    assert path == "/api/v1/biometric-events"
    assert headers["Authorization"] == "Bearer secret"
    assert (body["patient_id"], body["device_id"], len(body["events"])) == (PATIENT, DEVICE, 1)
    assert phone.outbox.read_text() == ""


def test_server_that_is_full_is_asked_again_when_it_says(
    phone: Any, server: Server, waits: list[float]
) -> None:
    server.answers = [(503, {"Retry-After": "7"}, b"{}"), (429, {}, b"{}")]
    phone.add([sample()])
    phone.flush()
    assert len(set(server.keys)) == 1
    assert len(server.keys) == 3
    assert waits[0] == 7
    assert 1 <= waits[1] <= 2


def test_cut_reply_is_no_receipt(phone: Any, server: Server) -> None:
    status, _, body = receipt()
    server.answers = [
        (status, {"Content-Length": str(len(body) + 10)}, body),
        (201, {}, b'{"id'),
    ]
    phone.add([sample()])
    phone.flush()
    assert len(server.keys) == 3
    assert len(set(server.keys)) == 1
    assert phone.outbox.read_text() == ""


def test_rejected_samples_are_shown(
    phone: Any, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    why = [{"index": 1, "reason": "The time is in the future."}]
    server.answers = [receipt(207, rejected=1, reasons=why)]
    phone.add([sample(value=71), sample(value=999)])
    phone.flush()
    shown = capsys.readouterr().out
    assert "999" in shown
    assert "The time is in the future." in shown
    assert "71" not in shown


def test_outbox_outlives_the_program(
    phone: Any, server: Server, tmp_path: Path, waits: list[float]
) -> None:
    server.answers = [(503, {}, b"{}")] * phone_client.ATTEMPTS
    phone.add([sample()])
    with pytest.raises(phone_client.NotAcknowledged, match="kept for later"):
        phone.flush()
    assert len(waits) == phone_client.ATTEMPTS
    phone_client.PhoneClient(server.url, tmp_path / "phone", waits.append).flush()
    assert len(server.keys) == phone_client.ATTEMPTS + 1
    assert len(set(server.keys)) == 1


def test_batches_have_a_key_each(
    phone: Any, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(phone_client, "BATCH", 2)
    phone.add([sample(value=n) for n in range(5)])
    phone.flush()
    assert len(set(server.keys)) == 3
    sent = [event["value"] for _, _, body in server.seen for event in body["events"]]
    assert sent == [0, 1, 2, 3, 4]


def test_refused_batch_is_put_aside_and_the_next_is_sent(
    phone: Any, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    server.answers = [(422, {}, b'{"detail": "There is no metric."}')]
    phone.add([sample(value=1)])
    phone.add([sample(value=2)])
    phone.flush()
    assert "There is no metric." in capsys.readouterr().out
    assert '"value": 1' in (phone.folder / "refused.jsonl").read_text()
    assert (len(server.seen), phone.outbox.read_text()) == (2, "")


def test_revoked_token_loses_nothing(phone: Any, server: Server) -> None:
    server.answers = [(401, {}, b"{}")]
    phone.add([sample()])
    with pytest.raises(phone_client.NotAcknowledged, match="pair again"):
        phone.flush()
    assert len(phone.outbox.read_text().splitlines()) == 1


def test_unknown_types_are_told_and_the_rest_is_sent(
    phone: Any, server: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    phone.add([sample("HKQuantityTypeIdentifierNew"), sample(unit="furlong"), sample()])
    phone.flush()
    shown = capsys.readouterr().out
    assert "HKQuantityTypeIdentifierNew" in shown
    assert "furlong" in shown
    assert len(server.seen[0][2]["events"]) == 1


def test_program_runs_from_the_command_line(
    server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    paired = {"device_id": DEVICE, "patient_id": PATIENT, "token": "secret"}
    server.answers = [(201, {}, json.dumps(paired).encode())]
    (tmp_path / "samples.jsonl").write_text(json.dumps(sample()) + "\n")
    run: Callable[[], None] = phone_client.main
    for words in (["pair", "CODE"], ["send", str(tmp_path / "samples.jsonl")]):
        monkeypatch.setattr(
            "sys.argv", ["phone_client.py", server.url, str(tmp_path / "p"), *words]
        )
        run()
    assert [path for path, _, _ in server.seen] == [
        "/api/v1/devices/pair", "/api/v1/biometric-events",
    ]  # fmt: skip
