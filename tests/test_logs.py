"""Nothing in the log names a patient: planted names are looked for in what really is written."""

import io
import json
import logging
import logging.config
from collections.abc import Callable, Iterator

import pytest
from django.conf import settings
from django.test import Client
from rest_framework.test import APIClient

from clinicity.accounts.models import User
from patients import services
from patients.models import Patient

pytestmark = pytest.mark.django_db
PLANTED = (
    "Xanthippe",
    "Quillfeather",
    "1971-02-03",
    "SECRET-4711",
    "quillfeather@mail.example",
)


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> Iterator[io.StringIO]:
    """Everything that the configured handler writes, at its most talkative."""
    stream = io.StringIO()
    root = logging.getLogger()
    before = root.handlers[:], root.level
    logging.config.dictConfig(settings.LOGGING)
    for handler in root.handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(stream)
    root.setLevel(logging.DEBUG)
    logging.getLogger("django.db.backends").setLevel(logging.INFO)
    yield stream
    root.handlers[:], root.level = before


def test_bad_and_good_requests_leave_no_name_in_the_log(
    api: Callable[..., APIClient],
    client_for: Callable[..., Client],
    alice: User,
    charlie: User,
    written: io.StringIO,
) -> None:
    body = {"first_name": PLANTED[0], "last_name": PLANTED[1], "date_of_birth": PLANTED[2]}
    client = api(alice)
    patient_id = client.post("/api/v1/patients", body, format="json").json()["id"]
    client.post("/api/v1/patients", body | {"sex": PLANTED[3]}, format="json")
    client.post("/api/v1/patients", json.dumps(body)[:-3], content_type="application/json")
    client.get("/api/v1/patients", {"search": PLANTED[1]})
    client.get(f"/api/v1/timeline/search?patient_id={patient_id}&q={PLANTED[1]}")
    # What is refused is logged by Django, with the request beside the message.
    client.get(f"/api/v1/timeline/search?patient_id={patient_id}&q={PLANTED[1]}&since=x")
    api(charlie).get(f"/api/v1/patients/{patient_id}?q={PLANTED[0]}")
    client_for(alice).get(f"/patients/?search={PLANTED[1]}")
    client.post("/api/v1/auth/login", {"email": PLANTED[4], "password": "x"}, format="json")
    logging.getLogger("patients").error("failed for %s", PLANTED[4])
    text = written.getvalue()
    assert "failed for" in text
    for planted in PLANTED:
        assert planted not in text


def test_broken_constraint_is_logged_without_its_row(
    alice: User, patient: Patient, written: io.StringIO
) -> None:
    event = services.timeline_event_add(
        by=alice.actor, patient_id=patient.id, kind="note", title=PLANTED[1],
        occurred_at=patient.created_at,
    )  # fmt: skip
    try:
        raise RuntimeError(f"duplicate key\nDETAIL: Key (title)=({PLANTED[1]}) exists.")
    except RuntimeError:
        logging.getLogger("patients").exception("event.failed", extra={"event": str(event.id)})
    text = written.getvalue()
    assert "event.failed" in text
    assert PLANTED[1] not in text
