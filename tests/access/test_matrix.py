"""The access matrix: every door × every relation, each really asked for.

The doors come from the URL table, so one that nobody declared fails here. A refusal is 401,
403 or 404 to a good request, with nothing of the record in it; a wrong body would answer
400 and fail as well.
"""

import os
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.test import Client
from rest_framework.test import APIClient

from clinicity.accounts import tokens
from clinicity.accounts.models import User
from tests.access.cast import RELATIONS, user_in
from tests.access.doors import Door, doors
from tests.access.expected import DOORS, expected
from tests.access.page import rendered
from tests.access.rules import Ask
from tests.access.world import SECRETS, World, made, with_removal

pytestmark = pytest.mark.django_db(databases=["default", "sealer"])
REFUSALS = {HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_FOUND}
SIGN_IN = ("/accounts/login/?next", "/admin/login/?next")


def test_every_door_is_declared_once() -> None:
    there = {door.key for door in doors() if not door.path.startswith("/admin/")}
    assert there - set(DOORS) == set(), "declare these in tests/access/expected.py"
    assert set(DOORS) - there == set(), "these doors are gone"


@pytest.fixture
def world(alice: User, settings: Any) -> World:
    settings.RATE_LIMITING_ENABLED = False  # this knocks more often than anybody may
    return with_removal(made(alice), alice)


@pytest.mark.parametrize("relation", RELATIONS)
def test_each_door_answers_as_declared(relation: str, world: World, alice: User) -> None:
    visitor = Visitor(relation, user_in(relation, alice, world.patient))
    faults = [fault for door in doors() for fault in faults_of(door, visitor, world)]
    assert not faults, "\n" + "\n".join(faults)


class Visitor:
    """Somebody in a relation to the record, with a browser and a program."""

    def __init__(self, relation: str, user: User | None) -> None:
        self.relation, self._cookie = relation, ""
        self._browser, self._program = Client(), APIClient()
        for client in (self._browser, self._program):
            client.raise_request_exception = False
        if user:
            self._browser.force_login(user)
            self._cookie = self._browser.cookies.output()
            access = tokens.pair_issue(user).access
            self._program.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")

    def answered(self, door: Door, ask: Ask, world: World) -> tuple[int, str, str]:
        """Ask, and take back whatever that changed: status, location, text."""
        path = door.path.format_map({**world.ids, **ask.params})
        if ask.query:
            path += "?" + urlencode(ask.query, doseq=True)
        with transaction.atomic():
            answer = self._sent(door.method.lower(), path, ask)
            text = _text(answer)
            transaction.set_rollback(True)
        return answer.status_code, answer.headers.get("Location", ""), text

    def _sent(self, method: str, path: str, ask: Ask) -> Any:
        self._browser.cookies.load(self._cookie.replace("Set-Cookie: ", ""))  # after a sign-out
        client = self._program if path.startswith("/api/v1/") else self._browser
        send = getattr(client, method)
        if ask.form is not None:
            return send(path, ask.form)
        if isinstance(ask.body, bytes):
            return send(path, ask.body, content_type=ask.content_type)
        return send(path, ask.body, format="json") if ask.body is not None else send(path)


def faults_of(door: Door, visitor: Visitor, world: World) -> Iterator[str]:
    rule, ask = expected(door, world)
    status, where, text = visitor.answered(door, ask, world)
    refused = status in REFUSALS or (status == HTTPStatus.FOUND and where.startswith(SIGN_IN))
    relation = visitor.relation
    said = f"{door.key} answered {status} {where} to {relation}"
    if relation in rule.let_in and refused:
        yield f"{said}, who is let in ({rule.words}): {text[:200]}"
    if relation not in rule.let_in | rule.either and not refused:
        yield f"{said}, who is not ({rule.words}): {text[:200]}"
    if relation not in rule.told and (found := [word for word in SECRETS if word in text]):
        yield f"{said} and told of the record: {found}"
    if status >= HTTPStatus.INTERNAL_SERVER_ERROR and status != HTTPStatus.NOT_IMPLEMENTED:
        yield f"{said}: {text[:300]}"


def _text(answer: Any) -> str:
    if not answer.streaming:
        return str(answer.content.decode(errors="replace"))
    if hasattr(answer.streaming_content, "__aiter__"):
        return ""  # never begun; closing it would close the test's own connection
    return b"".join(answer.streaming_content).decode(errors="replace")


def test_the_page_of_the_matrix_is_up_to_date() -> None:
    """`docs/security/access-matrix.md` is made of the declaration: WRITE_DOCS=1 writes it."""
    page = Path("docs/security/access-matrix.md")
    if os.environ.get("WRITE_DOCS"):
        page.write_text(rendered())
    assert page.read_text() == rendered(), "run this test with WRITE_DOCS=1"
