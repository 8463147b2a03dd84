"""Every door that shows of a record leaves its event, and pays one statement for it.

Each door is really asked for, as somebody whom it answers. What is read costs one statement
for the whole page, however much is on it.
"""

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from clinicity.accounts.models import User
from clinicity.audit import services as audit
from clinicity.audit.models import AuditEvent
from tests.access.cast import user_in
from tests.access.doors import Door, doors
from tests.access.expected import expected
from tests.access.rules import Ask
from tests.access.test_matrix import Visitor
from tests.access.world import SECRETS, World, made, with_removal

pytestmark = pytest.mark.django_db(databases=["default", "sealer"])
INSERT = "INSERT INTO audit_auditevent"
# Who asks: the first of these to whom a door tells of the record, or whom it lets in.
ASKING = ("treats", "self", "admin", "auditor", "stranger")
# Doors that changed nothing and told nothing: an empty form comes again, or the way to
# another page.
UNRECORDED = {
    "accounts:login POST", "accounts:passkey-remove POST", "accounts:password POST",
    "accounts:recovery-codes POST", "accounts:second-factor POST", "accounts:step-up POST",
    "accounts:totp-remove POST", "accounts:totp-add POST", "accounts:passkey-add POST",
    "patients:wordings POST", "own-account DELETE",
}  # fmt: skip


@pytest.fixture
def world(alice: User, settings: Any) -> World:
    settings.RATE_LIMITING_ENABLED = False  # this knocks more often than anybody may
    return with_removal(made(alice), alice)


@pytest.mark.parametrize("relation", ASKING[:3])
def test_each_look_is_on_record_at_the_cost_of_one_statement(
    relation: str, world: World, alice: User
) -> None:
    faults = list(_looks(relation, world, alice))
    assert not faults, "\n" + "\n".join(faults)


@pytest.mark.parametrize("relation", ASKING)
def test_each_change_is_on_record(relation: str, world: World, alice: User) -> None:
    user = user_in(relation, alice, world.patient)
    assert user
    faults = []
    for door, ask in _asked(relation, world, change=True):
        before = _next_position()
        status, _, _ = _answer(relation, user, door, ask, world)
        left = _next_position() > before + 1
        if status < HTTPStatus.BAD_REQUEST and not left and door.key not in UNRECORDED:
            faults.append(f"{door.key} answered {status} and left no event")
    assert not faults, "\n" + "\n".join(faults)


def _looks(relation: str, world: World, alice: User) -> Iterator[str]:
    user = user_in(relation, alice, world.patient)
    assert user
    for door, ask in _asked(relation, world, change=False):
        status, text, count = _answer(relation, user, door, ask, world)
        if status == HTTPStatus.NOT_IMPLEMENTED:
            continue
        if status not in (HTTPStatus.OK, HTTPStatus.FOUND):
            yield f"{door.key} answered {status}"
        if count != 1:
            shown = [word for word in SECRETS if word in text]
            yield f"{door.key} shows {shown} and recorded with {count} statements"


def _asked(relation: str, world: World, *, change: bool) -> Iterator[tuple[Door, Ask]]:
    for door in doors():
        rule, ask = expected(door, world)
        who = rule.let_in if change else rule.told
        if change != (door.method == "GET") and relation == _first(who - rule.either):
            yield door, ask


def _first(who: frozenset[str]) -> str:
    return next((one for one in ASKING if one in who), "")


def _answer(
    relation: str, user: User, door: Door, ask: Ask, world: World
) -> tuple[int, str, int]:
    """Status, text, and how many statements wrote to the trail."""
    with transaction.atomic():
        visitor = Visitor(relation, user)
        with CaptureQueriesContext(connection) as queries:
            status, _, text = visitor.answered(door, ask, world)
        transaction.set_rollback(True)
    return status, text, sum(INSERT in each["sql"] for each in queries.captured_queries)


def _next_position() -> int:
    """Grows with each event, also with those that are rolled back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('audit_position')")
        return int(cursor.fetchone()[0])


def test_looks_outlive_the_failure_of_what_read_them(alice: User) -> None:
    """What was read has been read, and two looks at the same are one."""

    def fail() -> None:
        with audit.reads_together():
            for _ in range(2):
                audit.record_read(by=alice.actor, act="patient.read", subject="patient")
            assert not AuditEvent.objects.filter(act="patient.read").exists()
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert AuditEvent.objects.filter(act="patient.read", actor_id=alice.id).count() == 1
