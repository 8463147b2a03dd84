"""Nothing in the log names a patient: planted names are looked for in what really is written."""

import io
import json
import logging
import logging.config
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

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


def log_file_is_clean(written: io.StringIO) -> str:
    """What was written, as JSON lines of which none holds a planted value."""
    text = written.getvalue()
    for planted in PLANTED:
        assert planted.casefold() not in text.casefold(), text
    for line in text.splitlines():
        assert json.loads(line)["message"]
    return text


def raising() -> None:
    raise ValueError(f"{PLANTED[0]} {PLANTED[1]} has no bed")


def test_exceptions_of_views_say_where_and_what_kind_and_no_words(
    client_for: Callable[..., Client], alice: User, written: io.StringIO,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr("clinicity.portal.presenters.today", lambda *a, **k: raising())
    client = client_for(alice)
    client.raise_request_exception = False
    assert client.get(f"/today/?name={PLANTED[0]}").status_code == 500
    text = log_file_is_clean(written)
    assert "builtins.ValueError: [message of" in text
    assert "test_logs.py" in text


def test_paths_are_logged_as_routes(
    client_for: Callable[..., Client], alice: User, written: io.StringIO
) -> None:
    client = client_for(alice)
    client.get(f"/patients/{PLANTED[1]}/")
    client.get(f"/{PLANTED[1].lower()}")
    client.post(f"/patients/?search={PLANTED[1]}")
    text = log_file_is_clean(written)
    assert "404 GET /[unmatched]" in text
    assert "405 POST /patients/" in text


def test_sql_errors_say_their_code_and_table(
    alice: User, patient: Patient, written: io.StringIO
) -> None:
    from django.db import connection, transaction

    statements = (
        ("SELECT %s::int", [PLANTED[0]]),
        ("INSERT INTO accounts_user (id, email) VALUES (gen_random_uuid(), %s)", [PLANTED[4]]),
        (f'SELECT "{PLANTED[1]}" FROM accounts_user', []),
    )
    for statement, values in statements:
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(statement, values)
        except Exception:
            logging.getLogger("patients").exception("statement.failed")
    text = log_file_is_clean(written)
    assert "22P02" in text  # invalid text representation
    assert "23502, accounts_user" in text  # not null, with its table


def test_statements_that_are_logged_while_debugging_have_no_values(
    alice: User, written: io.StringIO
) -> None:
    from django.db import connection

    logging.getLogger("django.db.backends").setLevel(logging.DEBUG)
    connection.force_debug_cursor = True
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT %s", [PLANTED[0]])
    finally:
        connection.force_debug_cursor = False
        logging.getLogger("django.db.backends").setLevel(logging.INFO)
    assert "a statement was executed" in log_file_is_clean(written)


FAILING_TASK = """
from celery.utils.log import get_task_logger
from clinicity.celery import app
app.log.setup(loglevel="DEBUG", redirect_stdouts=app.conf.worker_redirect_stdouts)

@app.task(name="tests.fail")
def fail(*, who):
    get_task_logger("tests").warning("for %s", ValueError(who))
    raise LookupError(f"no bed for {who}")

fail.apply(kwargs={"who": "Xanthippe"})
"""


def test_tasks_that_fail_name_themselves_and_no_value() -> None:
    """In a process of its own, as a worker sets its logging up."""
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "clinicity.settings.test"}
    run = subprocess.run(
        [sys.executable, "-c", FAILING_TASK],
        env=env,
        capture_output=True,
        text=True,
        check=True,
    )
    stream = io.StringIO(run.stderr + run.stdout)
    text = log_file_is_clean(stream)
    assert "LookupError" in text
    assert "tests.fail" in text
    assert text.count("for [ValueError") + text.count("for builtins.ValueError") == 1


def test_the_web_servers_own_lines_pass_the_filter(written: io.StringIO) -> None:
    import uvicorn

    uvicorn.Config("clinicity.asgi:application")
    logging.config.dictConfig(settings.LOGGING)  # as Django does when the application loads
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.StreamHandler):
            handler.setStream(written)
    logging.getLogger("uvicorn.access").setLevel(logging.INFO)
    logging.getLogger("uvicorn.access").warning(
        '%s - "%s %s HTTP/%s" %d',
        "127.0.0.1:1",
        "GET",
        f"/patients/?q={PLANTED[1]}",
        "1.1",
        200,
    )
    try:
        raising()
    except ValueError as error:
        logging.getLogger("uvicorn.error").error(
            "Exception in ASGI application\n", exc_info=error
        )
    text = log_file_is_clean(written)
    assert "200 GET /patients/" in text
    assert "Exception in ASGI application" in text


async def test_a_consumer_that_fails_is_logged_without_its_words(written: io.StringIO) -> None:
    from channels.generic.websocket import AsyncWebsocketConsumer
    from channels.testing import WebsocketCommunicator

    class Failing(AsyncWebsocketConsumer):
        async def receive(self, text_data: str = "", bytes_data: bytes = b"") -> None:
            raise ValueError(text_data)

    talk = WebsocketCommunicator(Failing.as_asgi(), "/ws/")
    await talk.connect()
    await talk.send_to(text_data=PLANTED[0])
    with pytest.raises(ValueError, match=PLANTED[0]) as failed:
        await talk.receive_from()
    logging.getLogger("uvicorn.error").error(
        "Exception in ASGI application", exc_info=failed.value
    )
    assert "ValueError" in log_file_is_clean(written)


def test_what_comes_beside_a_message_is_cut_too(written: io.StringIO) -> None:
    logging.getLogger("patients").error(
        "event.failed %s", ValueError(PLANTED[0]), stack_info=True,
        extra={"mail": PLANTED[4], "born": {"on": [PLANTED[2]]}, "cause": KeyError(PLANTED[1]),
               "count": 3},
    )  # fmt: skip
    text = log_file_is_clean(written)
    assert '"count": 3' in text


def test_it_can_be_switched_off_where_no_patients_are(
    written: io.StringIO, settings: Any
) -> None:
    settings.PHI_SANITIZATION_ENABLED = False
    logging.getLogger("patients").error("failed for %s", PLANTED[4])
    assert PLANTED[4] in written.getvalue()
