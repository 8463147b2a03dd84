"""Statements in one round trip, on Django's own connection and in its transaction."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DataError, IntegrityError, connection, transaction

from clinicity.common.models import OutboxEvent
from clinicity.common.pipeline import Ask, blobs, ids, numbers, pipelined, texts, together

pytestmark = pytest.mark.django_db
INSERT = """
INSERT INTO common_outboxevent (id, created_at, name, payload)
SELECT id, now(), name, '{}'::jsonb FROM unnest(%s::uuid[], %s::text[]) AS row (id, name)
"""
ADD = "SELECT %s::int4 + 1"
DIVIDE = "SELECT 1 / n FROM unnest(%s::int8[]) AS n"


@pytest.fixture(params=[True, False], ids=["prepared", "not prepared"], autouse=True)
def prepares(request: pytest.FixtureRequest, settings: Any) -> None:
    settings.DATABASE_PREPARES = request.param


def names() -> list[str]:
    return sorted(OutboxEvent.objects.values_list("name", flat=True))


def insert(ask: Ask, name: str, id: UUID | None = None) -> None:
    ask(INSERT, [ids([id or uuid4()]), texts([name])])


def fail_in_a_pipeline() -> None:
    with transaction.atomic(), pipelined() as ask:
        insert(ask, "lost")
        ask(DIVIDE, [numbers([0])])
        ask(ADD, [1])


def fail_behind_a_pipeline(name: str) -> None:
    with transaction.atomic():
        with pipelined() as ask:
            insert(ask, name)
        raise ZeroDivisionError


def write_one_twice(id: UUID) -> None:
    with transaction.atomic(), together() as tell:
        insert(tell, "one", id)
        insert(tell, "two", id)


def test_rows_come_with_their_types() -> None:
    given = [uuid4(), None]
    with pipelined() as ask:
        one = ask("SELECT * FROM unnest(%s::uuid[])", [ids(given)])
        two = ask(
            "SELECT * FROM unnest(%s::int8[], %s::text[], %s::bytea[])",
            [numbers([1, None]), texts(['a "b" \\ {c}', "NULL"]), blobs([b"\0\xff", b""])],
        )
        three = ask("SELECT %s::text WHERE false", ["nothing"])
    assert one.fetchall() == [(given[0],), (None,)]
    assert two.fetchall() == [(1, 'a "b" \\ {c}', b"\0\xff"), (None, "NULL", b"")]
    assert three.fetchall() == []


def test_rows_of_a_pipeline_that_has_not_ended_are_refused() -> None:
    with pipelined() as ask:
        rows = ask("SELECT 1", [])
        with pytest.raises(RuntimeError):
            rows.fetchall()


def test_an_error_undoes_all_and_leaves_a_connection_that_works() -> None:
    for _ in range(2):  # what was prepared before and after an error is known rightly
        with pytest.raises(DataError):
            fail_in_a_pipeline()
        with transaction.atomic(), pipelined() as ask:
            insert(ask, "kept")
            rows = ask(DIVIDE, [numbers([1])])
            other = ask(ADD, [1])
        assert (rows.fetchall(), other.fetchall()) == ([(1,)], [(2,)])
    assert names() == ["kept", "kept"]


@pytest.mark.django_db(transaction=True)
def test_a_pipeline_opens_the_transaction_that_nobody_has_used() -> None:
    name = uuid4().hex
    with pytest.raises(ZeroDivisionError):
        fail_behind_a_pipeline(name)
    assert name not in names()
    with pipelined() as ask:  # outside of one, it is its own
        insert(ask, name)
    assert name in names()
    assert not connection.in_atomic_block


def test_writes_together_are_one_statement() -> None:
    id: UUID = uuid4()
    with pytest.raises(IntegrityError):
        write_one_twice(id)
    with together() as tell:
        insert(tell, "one", id)
        insert(tell, "two")
    assert names() == ["one", "two"]
    with together():
        pass  # nothing to write is nothing to ask
