"""Each item, in each visibility, at each door that answers it, asked by everybody."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

import pytest
from django.test import Client
from rest_framework.test import APIClient

from clinicity.accounts import tokens
from clinicity.accounts.models import User
from tests.access.cast import RELATIONS, user_in
from tests.access.visibility import (
    AUTHOR,
    KINDS,
    READS,
    VISIBILITIES,
    Kind,
    kinds_there,
    made_items,
    word_of,
)
from tests.access.world import World, made

pytestmark = pytest.mark.django_db(databases=["default", "sealer"])
# A withdrawal is of the whole record: last, so that the others are asked before it.
EVERYBODY = [AUTHOR, *sorted(RELATIONS, key=lambda relation: relation == "withdrawn")]


def test_every_kind_of_item_is_declared() -> None:
    assert kinds_there() == set(KINDS), "declare it in tests/access/visibility.py"


def test_each_item_is_read_by_those_whom_its_visibility_lets(
    alice: User, settings: Any
) -> None:
    settings.RATE_LIMITING_ENABLED = False
    world = made(alice)
    items = made_items(alice, world.patient.id)
    faults: list[str] = []
    for relation in EVERYBODY:
        user = alice if relation == AUTHOR else user_in(relation, alice, world.patient)
        faults += _faults(relation, _Reader(user), world, items)
    assert not faults, "\n" + "\n".join(faults)


class _Reader:
    def __init__(self, user: User | None) -> None:
        self._browser, self._program = Client(), APIClient()
        self._read: dict[str, str] = {}
        if user:
            self._browser.force_login(user)
            access = tokens.pair_issue(user).access
            self._program.credentials(HTTP_AUTHORIZATION=f"Bearer {access}")

    def text(self, path: str) -> str:
        """What a good answer says, asked for once; nothing changes between."""
        if path not in self._read:
            self._read[path] = self._asked(path)
        return self._read[path]

    def _asked(self, path: str) -> str:
        client = self._program if path.startswith("/api/") else self._browser
        answer = client.get(path)
        return answer.content.decode() if answer.status_code == 200 else ""


def _faults(
    relation: str, reader: _Reader, world: World, items: dict[tuple[str, str], UUID]
) -> Iterator[str]:
    for kind, how in KINDS.items():
        for visibility in VISIBILITIES:
            row_id, word = items[kind, visibility], word_of(kind, visibility)
            mark = str(row_id) if how.by_id else word
            for path, is_staff in _doors(how):
                where = path.format(patient_id=world.patient.id, row_id=row_id, word=word)
                told = mark in reader.text(where)
                may = relation in READS[visibility]
                may = may and not (is_staff and relation in ("self", "proxy"))
                if told != may:
                    verb = "is told of" if told else "isn't told of"
                    yield f"{relation} {verb} a {visibility} {kind} at {path}"


def _doors(how: Kind) -> list[tuple[str, bool]]:
    return [(path, False) for path in (*how.lists, *how.rows)] + [
        (path, True) for path in how.staff
    ]
