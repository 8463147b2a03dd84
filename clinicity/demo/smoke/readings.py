"""Rows of readings, alerts and the twin: from device to an open page."""

import json
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from websockets import Origin
from websockets.sync.client import ClientConnection, connect

from clinicity.demo.smoke.walk import Row, Walk, await_that, demand

SEED_EVENT = {
    "data_type": "heart_rate",
    "timestamp": "2025-04-17T14:23:00Z",
    "data": {"bpm": 72},
}
BATCH_SIZE = 1000
ALARMING_BPM = 171
ALERT_PATIENCE = 30.0


def single(walk: Walk) -> str:
    sent = {"patient_id": walk.found["patient"]} | SEED_EVENT
    receipt = _ingest(walk, sent)
    demand(receipt["accepted"] == 1, f"receipt {receipt}")
    return f"201, accepted 1, position {receipt['position']}"


def batch(walk: Walk) -> str:
    """A thousand minutes with one that is broken, then the same again."""
    sent = {"patient_id": walk.found["patient"], "events": [*_minutes(BATCH_SIZE), _broken()]}
    first = _ingest(walk, sent, key="smoke-batch")
    again = _ingest(walk, sent, key="smoke-batch")
    demand(first == again, "the repeat got another receipt")
    demand((first["accepted"], first["rejected"]) == (BATCH_SIZE, 1), f"receipt {first}")
    return f"accepted {first['accepted']}, rejected 1; the repeat got the same receipt"


def sent_twice(walk: Walk) -> str:
    """Without a key the samples' identity still tells that they are here already."""
    sent = {"patient_id": walk.found["patient"], "events": _minutes(BATCH_SIZE)}
    receipt = _ingest(walk, sent)
    demand(receipt["duplicate"] == BATCH_SIZE, f"receipt {receipt}")
    return f"duplicate {receipt['duplicate']}, accepted {receipt['accepted']}"


def refused(walk: Walk) -> str:
    """A stranger's patient, an unknown metric, a time without zone."""
    sent: dict[str, Any] = {"patient_id": walk.found["patient"]} | SEED_EVENT
    path = "/api/v1/biometric-events"
    walk.ask("POST", path, who="charlie", json=sent, expect=HTTPStatus.NOT_FOUND)
    walk.ask("POST", path, who="nobody", json=sent, expect=HTTPStatus.UNAUTHORIZED)
    for wrong in ({"data_type": "aura"}, {"timestamp": "2025-04-17T14:23:00"}):
        walk.ask("POST", path, json=sent | wrong, expect=HTTPStatus.BAD_REQUEST)
    return "stranger 404, nobody 401, unknown metric 400, time without zone 400"


def series(walk: Walk) -> str:
    days = timedelta(days=90)
    window = {"start": (_now() - days).isoformat(), "end": _now().isoformat()}
    query = {"patient_id": walk.found["iris"], "metric": "activity", "points": 1000} | window
    answer = walk.ask("GET", "/api/v1/biometrics/series", params=query).json()
    demand(answer["total"] > 100_000, f"only {answer['total']} minutes")
    return f"{answer['total']} minutes as {len(answer['t'])} points"


def aggregated(walk: Walk) -> str:
    query = {"patient_id": walk.found["iris"]}
    metrics = walk.ask("GET", "/api/v1/analytics/aggregated", params=query).json()["metrics"]
    demand(len(metrics) >= 4, f"{len(metrics)} metrics")
    return ", ".join(f"{m['metric']} {m['mean']:.1f} {m['unit']}" for m in metrics)


def alert_live(walk: Walk) -> str:
    """A rule, a reading that breaks it, and the alert through an open socket."""
    _rule(walk)
    with open_socket(walk, "/ws/alerts/") as socket:
        hello = json.loads(socket.recv(ALERT_PATIENCE))
        demand(hello["kind"] == "hello", f"the socket said {hello}")
        _ingest(walk, {"patient_id": walk.found["patient"]} | _alarming())
        told = json.loads(socket.recv(ALERT_PATIENCE))
    walk.found["alert"] = told["alert_id"]
    return f"number {told['number']} told over the socket"


def alert_missed(walk: Walk) -> str:
    """Who was away asks for what came after a number, and gets it."""
    with open_socket(walk, "/ws/alerts/") as socket:
        socket.recv(ALERT_PATIENCE)
        socket.send(json.dumps({"after": 0}))
        told = await_that(lambda: _told_of(walk, socket), what="the missed alert")
    return f"told again after reconnect: number {told['number']}"


def alert_acknowledge(walk: Walk) -> str:
    path = f"/api/v1/alerts/{walk.found['alert']}"
    walk.ask("POST", f"{path}/acknowledge", json={"note": "Seen."})
    alert = walk.ask("GET", path).json()
    demand(alert["state"] == "acknowledged", f"the alert is {alert['state']}")
    walk.ask("GET", path, who="charlie", expect=HTTPStatus.NOT_FOUND)
    return f"{alert['title']!r} is acknowledged; a stranger gets 404"


def simulated_alerts(walk: Walk) -> str:
    """The simulated clinic has short sleepers, Iris among them."""
    path = f"/api/v1/alerts?patient_id={walk.found['iris']}"
    items = await_that(lambda: walk.ask("GET", path).json()["items"], what="alert of Iris")
    return f"{items[0]['title']!r}, {items[0]['severity']}"


def _ingest(walk: Walk, sent: dict[str, Any], *, key: str = "") -> dict[str, Any]:
    headers = {"Idempotency-Key": key} if key else {}
    answer = walk.ask(
        "POST",
        "/api/v1/biometric-events",
        json=sent,
        headers=headers,
        expect=HTTPStatus.CREATED,
    )
    document: dict[str, Any] = answer.json()
    return document


def _rule(walk: Walk) -> None:
    rule = {
        "name": "Heart rate above 165", "kind": "threshold", "severity": "high",
        "params": {"metric": "heart_rate", "comparison": "above", "value": 165},
        "patient_id": walk.found["patient"],
    }  # fmt: skip
    walk.ask("POST", "/api/v1/alert-rules", json=rule, expect=HTTPStatus.CREATED)


def _alarming() -> dict[str, Any]:
    return SEED_EVENT | {"timestamp": _now().isoformat(), "data": {"bpm": ALARMING_BPM}}


def _minutes(count: int) -> list[dict[str, Any]]:
    start = datetime(2026, 1, 5, tzinfo=UTC)
    times = [(start + timedelta(minutes=n)).isoformat() for n in range(count)]
    return [
        SEED_EVENT | {"timestamp": at, "data": {"bpm": 60 + n % 7}}
        for n, at in enumerate(times)
    ]


def _broken() -> dict[str, Any]:
    return SEED_EVENT | {"data": {"bpm": "many"}}


def open_socket(walk: Walk, path: str) -> ClientConnection:
    cookies = walk.browser_session("alice").cookies
    header = "; ".join(f"{name}={value}" for name, value in cookies.items())
    address = walk.base.replace("http", "ws", 1) + path
    return connect(
        address, additional_headers={"Cookie": header}, origin=Origin(walk.base), proxy=None
    )


def _told_of(walk: Walk, socket: ClientConnection) -> dict[str, Any] | None:
    told: dict[str, Any] = json.loads(socket.recv(ALERT_PATIENCE))
    return told if told.get("alert_id") == walk.found["alert"] else None


def _now() -> datetime:
    return datetime.now(UTC)


READINGS = (
    Row("POST biometric-events, one as the first client sends it", single),
    Row("POST 1,001 events with an Idempotency-Key, twice", batch),
    Row("the same samples once more, without a key", sent_twice),
    Row("bad readings are refused", refused),
    Row("GET biometrics/series of 90 days of minutes", series),
    Row("GET analytics/aggregated", aggregated),
)
ALERTS = (
    Row("a reading breaks a rule: the alert comes by WebSocket", alert_live),
    Row("who was away is told after reconnecting", alert_missed),
    Row("POST alerts/{id}/acknowledge", alert_acknowledge),
    Row("short nights of a simulated patient have raised an alert", simulated_alerts),
)
