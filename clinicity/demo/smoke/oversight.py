"""Rows of oversight: what a withdrawal and an erasure leave, keys, the trail, and PHI."""

import json
from http import HTTPStatus
from typing import Any

from clinicity.demo.smoke.walk import Row, Walk, await_that, demand

API = "/api/v1"
PATIENCE = 120.0


def withdrawn(walk: Walk) -> str:
    """Otto leaves monitoring: nothing more is taken in, and a report says what went."""
    _decide(walk, "otto", "monitoring", given=False)
    sent = {
        "patient_id": walk.found["otto"], "data_type": "heart_rate",
        "timestamp": "2026-02-02T08:00:00Z", "data": {"bpm": 61},
    }  # fmt: skip
    refused = walk.ask(
        "POST", f"{API}/biometric-events", json=sent, expect=HTTPStatus.FORBIDDEN
    ).json()
    report = await_that(lambda: _reported(walk, "otto"), what="the report", seconds=PATIENCE)
    proof = json.loads(walk.manage("verify_deletion", "--json"))
    demand(proof["left"] == 0, f"still there: {proof['left']}")
    _decide(walk, "otto", "monitoring", given=True)
    return f"refused: {refused['type'].rpartition('/')[2]}; {len(report['absent'])} stores proved empty"


def erased(walk: Walk) -> str:
    """The seed's patient is erased by an admin: key, rows, index, files; then it is proved."""
    id = walk.found["patient"]
    path = f"{API}/patients/{id}/erase"
    asked = {
        "basis": "request",
        "reason": "Asked in writing.",
        "override": "A simulated person.",
    }
    walk.ask("POST", f"{API}/auth/step-up", who="admin", json={"password": walk.password})
    told = walk.ask(
        "POST", path, who="admin", json={**asked, "confirmation": "?"},
        expect=HTTPStatus.BAD_REQUEST,
    ).json()  # fmt: skip
    words = told["errors"]["confirmation"][0].removeprefix("Type: ")
    walk.ask(
        "POST", path, who="admin", json={**asked, "confirmation": words},
        expect=HTTPStatus.ACCEPTED,
    )  # fmt: skip
    walk.ask("GET", f"{API}/patients/{id}", expect=HTTPStatus.NOT_FOUND)
    said = await_that(lambda: _proved(walk, id), what="the proof", seconds=PATIENCE)
    return f"404 at once; {said}"


def keys(walk: Walk) -> str:
    return walk.manage("keys").splitlines()[-1]


def no_phi_outside(walk: Walk) -> str:
    return walk.manage("phi_audit").splitlines()[-1]


def trail(walk: Walk) -> str:
    """An auditor finds who looked at Iris, and takes it out as FHIR and as CSV."""
    wanted = f"patient={walk.found['iris']}&act=patient.read"
    found = walk.ask("GET", f"{API}/audit/events?{wanted}", who="auditor").json()["items"]
    bundle = walk.ask("GET", f"{API}/audit/export?{wanted}&format=fhir", who="auditor").json()
    table = walk.ask("GET", f"{API}/audit/export?{wanted}&format=csv", who="auditor").text
    walk.ask("GET", f"{API}/audit/events", expect=HTTPStatus.FORBIDDEN)
    kinds = {one["resource"]["resourceType"] for one in bundle["entry"]}
    demand(found and kinds == {"AuditEvent"}, f"{len(found)} found, {kinds}")
    return f"{len(bundle['entry'])} AuditEvents, {len(table.splitlines()) - 1} lines; a clinician gets 403"


def _decide(walk: Walk, whom: str, purpose: str, *, given: bool) -> None:
    body = {"purpose": purpose, "given": given, "source": "spoken"}
    path = f"{API}/patients/{walk.found[whom]}/consents"
    walk.ask("POST", path, json=body, expect=HTTPStatus.CREATED)


def _reported(walk: Walk, whom: str) -> dict[str, Any] | None:
    path = f"{API}/patients/{walk.found[whom]}/deletion-reports"
    newest: dict[str, Any] = walk.ask("GET", path).json()["items"][0]
    report: dict[str, Any] | None = newest["report"]
    return report


def _proved(walk: Walk, patient_id: str) -> str | None:
    """Nothing until the removal's report is filed."""
    told = json.loads(walk.manage("verify_deletion", "--json"))
    if told["pending"]:
        return None
    return f"{len(told['reports'])} reports, nothing left in any store"


OVERSIGHT = (
    Row("a consent withdrawn: refused, removed, proved", withdrawn),
    Row("auditors: search, FHIR and CSV", trail),
    Row("a person erased, and verify_deletion", erased),
    Row("manage.py keys: none is lost", keys),
    Row("manage.py phi_audit: nobody is named outside", no_phi_outside),
)
