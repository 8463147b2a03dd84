"""Asking the real ASGI app, as somebody, and taking back what that changed."""

import asyncio
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote_to_bytes, urlsplit

import pytest
from asgiref.sync import async_to_sync
from django.core.handlers import asgi
from django.core.signals import got_request_exception
from django.db import connection, transaction
from requests import PreparedRequest, Request
from schemathesis import Response

from biometrics import services as biometrics
from biometrics.door import Door
from clinicity.accounts import tokens
from clinicity.accounts.models import User
from clinicity.asgi import application
from clinicity.common.actors import DOOR
from tests.access.cast import user_in
from tests.access.world import World

# Role → who has it: in a relation of the access matrix, or the record's own device.
ROLES = {
    "admin": "admin", "clinician": "treats", "coordinator": "coordinates",
    "researcher": "researcher", "auditor": "auditor", "patient": "self", "proxy": "proxy",
    "device": "device", "anonymous": "anonymous",
}  # fmt: skip
BASE = "http://localhost"
LONGEST_SECONDS = 30
EVENTS = "text/event-stream"


def token_of(role: str, alice: User, world: World) -> str:
    """A real access token of somebody in that role; "" is nobody's."""
    if role == "device":
        code = biometrics.pairing_code_make(by=alice.actor, device_id=world.ids["device_id"])
        return biometrics.device_pair(by=DOOR, code=code.text, address="test").token
    user = user_in(ROLES[role], alice, world.patient)
    return tokens.pair_issue(user).access if user else ""


class Asker:
    """Sends requests with one token; nothing of what they do stays."""

    def __init__(self, token: str) -> None:
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.raised: list[BaseException] = []

    def sent(self, request: Request) -> Response:
        """The app's answer to a request, whose effect is rolled back."""
        ready = request.prepare()
        ready.headers.update(self._headers)
        self.raised.clear()
        with transaction.atomic(), _listening(self.raised):
            wire = async_to_sync(_asked)(ready)
            if wire.status < 500:
                _constraints_checked()
            transaction.set_rollback(True)
        return wire.answer(ready)


@dataclass
class Wire:
    """What the app sends of one answer."""

    status: int = 0
    headers: dict[str, list[str]] = field(default_factory=dict)
    body: bytes = b""
    over: asyncio.Event = field(default_factory=asyncio.Event)

    async def send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            for name, value in message["headers"]:
                self.headers.setdefault(name.decode().lower(), []).append(value.decode())
        if message["type"] == "http.response.body":
            self.body += message.get("body", b"")
            streams = EVENTS in self.headers.get("content-type", [""])[0]
            # Of a stream of events, the first words will do: the browser goes away.
            if streams or not message.get("more_body"):
                self.over.set()

    def answer(self, ready: PreparedRequest) -> Response:
        return Response(
            status_code=self.status, headers=self.headers, content=self.body, request=ready,
            elapsed=0, verify=False, stream_cut_short=True,
        )  # fmt: skip


async def _asked(ready: PreparedRequest) -> Wire:
    wire, told = Wire(), False

    async def receive() -> dict[str, Any]:
        nonlocal told
        if told:
            await wire.over.wait()
            return {"type": "http.disconnect"}
        told = True
        return {"type": "http.request", "body": _body(ready), "more_body": False}

    async with asyncio.timeout(LONGEST_SECONDS):
        await application(_scope(ready), receive, wire.send)
    return wire


def _body(ready: PreparedRequest) -> bytes:
    body = ready.body or b""
    return body.encode() if isinstance(body, str) else bytes(body)


def _scope(ready: PreparedRequest) -> dict[str, Any]:
    url = urlsplit(str(ready.url))
    headers = {"host": "localhost", **ready.headers}
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "scheme": "http",
        "method": ready.method, "path": unquote_to_bytes(url.path).decode(errors="replace"),
        "raw_path": url.path.encode(), "query_string": url.query.encode(), "root_path": "",
        "headers": [
            (str(name).lower().encode("latin-1"), _latin(value))
            for name, value in headers.items()
        ],
        "client": ("127.0.0.1", 1), "server": ("localhost", 80),
    }  # fmt: skip


def _latin(value: str | bytes) -> bytes:
    return value if isinstance(value, bytes) else value.encode("latin-1", errors="replace")


def _constraints_checked() -> None:
    """What the database would refuse at the commit, it refuses now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


@contextmanager
def _listening(raised: list[BaseException]) -> Iterator[None]:
    """Keep what a view raised, for the words of a fault."""

    def note(**_: Any) -> None:
        if error := sys.exc_info()[1]:
            raised.append(error)

    got_request_exception.connect(note, weak=False)
    try:
        yield
    finally:
        got_request_exception.disconnect(note)


class OwnThread:
    """Stands for asgiref's context: views run in the test's own thread and transaction."""

    async def __aenter__(self) -> None: ...
    async def __aexit__(self, *error: object) -> None: ...


@contextmanager
def in_own_thread() -> Iterator[None]:
    """Requests share the test's connection, which stays open between them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(asgi, "ThreadSensitiveContext", OwnThread)
        patch.setattr(connection, "close_if_unusable_or_obsolete", lambda: None)
        # The door's threads keep connections, and each test has a database of its own.
        doors = application.application_mapping
        patch.setitem(doors, "http", door := Door(doors["http"].inner))
        yield
        door.close()
