"""The matrix beyond URLs: sockets, the index of passages, the graph, files and the admin.

Each door is asked by everybody, on real connections: Channels over the real Redis layer,
Milvus, PostgreSQL, files on disk.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from clinicity.accounts.models import User
from clinicity.knowledge import vectors
from tests.access.cast import RELATIONS, user_in
from tests.access.rules import Rule
from tests.access.wide import (
    SOCKETS,
    STORES,
    Asking,
    admin_pages,
    knock,
    socket_patterns,
    stored,
)
from tests.access.world import SECRETS, World, made
from tests.schema.asking import in_own_thread

# A withdrawal is of the whole record: last, so that the others are asked before it.
EVERYBODY = sorted(RELATIONS, key=lambda relation: relation == "withdrawn")


def test_every_socket_is_declared() -> None:
    assert socket_patterns() == set(SOCKETS), "declare it in tests/access/wide.py"


@pytest.fixture
def world(
    real_transactions: None, alice: User, settings: Any, tmp_path: Path
) -> Iterator[World]:
    settings.RATE_LIMITING_ENABLED = False
    settings.MEDIA_ROOT = tmp_path
    vectors.passages().drop()
    with in_own_thread():
        world = made(alice)
        world.ids |= stored(world, alice)
        yield world


def test_each_socket_opens_and_tells_as_declared(world: World, alice: User) -> None:
    faults: list[str] = []
    for relation in EVERYBODY:
        user = user_in(relation, alice, world.patient)
        for pattern, (rule, ask, told) in SOCKETS.items():
            answer = ask(Asking(user, world))
            faults += _faults(pattern, rule, relation, answer, (str(world.ids[told]), *SECRETS))
    assert not faults, "\n" + "\n".join(faults)


def test_each_store_answers_as_declared(world: World, alice: User) -> None:
    faults: list[str] = []
    for relation in EVERYBODY:
        user = user_in(relation, alice, world.patient)
        for name, (rule, ask) in STORES.items():
            faults += _faults(name, rule, relation, ask(Asking(user, world)), SECRETS)
    assert not faults, "\n" + "\n".join(faults)


def test_a_socket_of_another_origin_is_closed(world: World, alice: User) -> None:
    path = f"/ws/documents/{world.ids['document_id']}/"
    assert knock(path, alice) is not None
    assert knock(path, alice, origin="https://evil.example") is None


@pytest.mark.django_db(databases=["default", "sealer"])
def test_the_admin_is_for_admins(alice: User, settings: Any) -> None:
    """Every list of every model: answered to an admin, and to nobody else."""
    settings.RATE_LIMITING_ENABLED = False
    world, faults = made(alice), []
    for relation in EVERYBODY:
        client, user = Client(), user_in(relation, alice, world.patient)
        if user:
            client.force_login(user)
        for label, path in admin_pages().items():
            answer = client.get(path)
            if (answer.status_code == 200) != (relation == "admin"):
                faults.append(f"{label} answered {answer.status_code} to {relation}")
            if relation != "admin" and any(word in answer.content.decode() for word in SECRETS):
                faults.append(f"{label} told {relation} of the record")
    assert not faults, "\n" + "\n".join(faults)


def _faults(
    name: str, rule: Rule, relation: str, answer: str | None, secrets: tuple[str, ...]
) -> Iterator[str]:
    if relation in rule.let_in and answer is None:
        yield f"{name} refused {relation}, who is let in ({rule.words})"
    if relation not in rule.let_in and answer is not None:
        yield f"{name} answered {relation}, who is not ({rule.words}): {answer[:200]}"
    if relation not in rule.told and answer and any(word in answer for word in secrets):
        yield f"{name} told {relation} of the record: {answer[:200]}"
