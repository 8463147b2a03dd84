"""Rows of where readings come from, how they are read back, and how a mistake is undone."""

import hashlib
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

import httpx

from clinicity.demo.smoke.walk import Row, Walk, await_that, demand

API = "/api/v1"
START = datetime(2026, 2, 2, tzinfo=UTC)
DAY = timedelta(days=1)
SENT, TABLED = 120, 200
# The worker may still be busy with the twins of a fresh demo.
PATIENCE = 180.0
READ_BACK = ("series", "rollups", "samples", "coverage", "export")


def paired(walk: Walk) -> str:
    """A code, traded once for a token that opens the door for its patient alone."""
    about = {"patient_id": walk.found["patient"], "name": "Smoke watch", "kind": "watch"}
    device = _made(walk, "devices", about)["id"]
    code = _made(walk, f"devices/{device}/pairing-code", {})["code"]
    told = walk.ask("POST", f"{API}/devices/pair", who="nobody", json={"code": code}).json()
    sent = {"events": _events("heart_rate", "bpm", SENT)}
    bearer = {"Authorization": f"Bearer {told['token']}"}
    with httpx.Client(base_url=walk.base, headers=bearer, timeout=30) as client:
        receipt = client.post(f"{API}/biometric-events", json=sent).json()
        foreign = sent | {"patient_id": walk.found["iris"]}
        refused = client.post(f"{API}/biometric-events", json=foreign).status_code
        elsewhere = client.get(f"{API}/patients").status_code
    demand(receipt.get("accepted") == SENT, f"receipt {receipt}")
    demand(refused >= HTTPStatus.BAD_REQUEST, "it may send for another patient")
    demand(elsewhere in {401, 403}, f"its token reads patients: {elsewhere}")
    walk.found["device"] = device
    return (
        f"accepted {receipt['accepted']}; for another patient {refused}, elsewhere {elsewhere}"
    )


def imported(walk: Walk) -> str:
    """A table in one part, with its progress, to a receipt that a ledger row answers for."""
    patient, data = walk.found["patient"], _table()
    about = {"patient_id": patient, "name": "pulse.csv", "size": len(data)}
    upload = f"{API}/imports/uploads/{_made(walk, 'imports/uploads', about)['id']}"
    walk.ask("PUT", f"{upload}/?offset=0", content=data)
    digest = hashlib.sha256(data).hexdigest()
    known = walk.ask("POST", f"{upload}/finish/", json={"digest": digest}).json()
    asked = {
        "patient_id": patient, "upload_id": known["id"], "importer": "table",
        "mapping": {"time": "when", "value.weight": "weight"},
    }  # fmt: skip
    run = walk.ask("POST", f"{API}/imports/", json=asked, expect=HTTPStatus.ACCEPTED).json()
    done = await_that(lambda: _settled(walk, run["id"]), what="the import", seconds=PATIENCE)
    demand((done["state"], done["accepted"]) == ("done", TABLED), f"receipt {done}")
    demand(done["rejected"] == 1, f"rejected {done['rejected']}")
    return f"{known['formats'][0]}: accepted {done['accepted']}, rejected 1 with its reason"


def read_back(walk: Walk) -> str:
    """Each way of reading gives what the device sent."""
    place = {"patient_id": walk.found["patient"]}
    window = {"start": START.isoformat(), "end": (START + DAY).isoformat()}
    beats = place | window | {"metric": "heart_rate"}
    asked: dict[str, dict[str, Any]] = dict.fromkeys(READ_BACK[:3], beats)
    asked["coverage"] = place | {"last": START.date().isoformat(), "days": 7}
    asked["export"] = place | window | {"metrics": "heart_rate", "format": "csv"}
    answers = {
        name: walk.ask("GET", f"{API}/biometrics/{name}", params=query)
        for name, query in asked.items()
    }
    lines = [line for line in answers["export"].text.splitlines() if ",heart_rate," in line]
    demand(len(lines) == SENT, f"{len(lines)} lines in the export")
    total = answers["series"].json()["total"]
    demand(total == SENT, f"{total} samples in the series")
    for name in READ_BACK:
        walk.ask(
            "GET", f"{API}/biometrics/{name}", who="charlie", params=asked[name],
            expect=HTTPStatus.NOT_FOUND,
        )  # fmt: skip
    return f"{total} samples by {', '.join(READ_BACK)}; a stranger gets 404"


def corrected(walk: Walk) -> str:
    """Marked as entered in error, out of the figures, and back again."""
    place = {"patient_id": walk.found["patient"]}
    what = {
        "metric": "heart_rate", "start": START.isoformat(),
        "end": (START + timedelta(minutes=30)).isoformat(),
    }  # fmt: skip
    marked = _made(
        walk, "biometrics/corrections", place | what | {"reason": "worn by a brother"}
    )
    left = _counted(walk)
    back = _made(
        walk, "biometrics/corrections/restore", place | {"position": marked["position"]}
    )
    demand((marked["accepted"], left) == (30, SENT - 30), f"{marked['accepted']}, left {left}")
    demand(_counted(walk) == SENT, "not all are back")
    return f"{marked['accepted']} out of the figures, {back['accepted']} back"


def removed(walk: Walk) -> str:
    """Removed for good: gone, reported, and not taken again."""
    place = {"patient_id": walk.found["patient"], "metrics": ["weight"]}
    told = {"ground": "consent_withdrawn", "reason": "asked on the phone"}
    report = _made(walk, "biometrics/removals", place | told)
    again = {"patient_id": walk.found["patient"], "events": _events("weight", "kg", 1)}
    walk.ask("POST", f"{API}/biometric-events", json=again, expect=HTTPStatus.BAD_REQUEST)
    demand(report["samples"] == TABLED, f"report {report}")
    return (
        f"{report['samples']} gone, {report['ledger_rows']} receipts redacted, not taken again"
    )


def _made(walk: Walk, path: str, sent: dict[str, Any]) -> dict[str, Any]:
    answer = walk.client("alice").post(f"{API}/{path}/", json=sent)
    demand(
        answer.status_code in {200, 201}, f"{path}: {answer.status_code} {answer.text[:200]}"
    )
    document: dict[str, Any] = answer.json()
    return document


def _settled(walk: Walk, import_id: str) -> dict[str, Any] | None:
    run: dict[str, Any] = walk.ask("GET", f"{API}/imports/{import_id}/").json()
    return run if run["state"] not in {"queued", "running"} else None


def _counted(walk: Walk) -> int:
    query = {
        "patient_id": walk.found["patient"], "metric": "heart_rate", "points": 100,
        "start": START.isoformat(), "end": (START + DAY).isoformat(),
    }  # fmt: skip
    return int(walk.ask("GET", f"{API}/biometrics/series", params=query).json()["total"])


def _events(kind: str, field: str, count: int) -> list[dict[str, Any]]:
    return [
        {
            "data_type": kind,
            "timestamp": (START + timedelta(minutes=n)).isoformat(),
            "data": {field: 62 + n % 9},
        }
        for n in range(count)
    ]


def _table() -> bytes:
    rows = [f"{(START + n * DAY / 2).isoformat()},{70 + n % 5}" for n in range(TABLED)]
    return "\n".join(["when,weight", *rows, f"{START.isoformat()},heavy", ""]).encode()


SOURCES = (
    Row("pair a device, send with its token", paired),
    Row("import a table: parts, progress, receipt", imported),
    Row("read back: series, rollups, samples, coverage, export", read_back),
    Row("entered in error, and taken back", corrected),
    Row("removed for good, reported, not taken again", removed),
)
