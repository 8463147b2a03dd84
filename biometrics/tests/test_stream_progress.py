"""How far a stream of readings has come: its sender asks, nobody else learns it."""

from collections.abc import Callable

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from biometrics.bodies import progress_key
from clinicity.accounts import idempotency
from clinicity.accounts.models import User

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]
PATH = "/api/v1/biometric-events/stream"


@pytest.fixture
def begun(alice: User) -> str:
    """The key of a stream of which 5,000 lines are stored."""
    with transaction.atomic():
        idempotency.keep(
            alice.actor, progress_key("night"), "", status=200, body='{"lines": 5000}'
        )
    return "night"


def test_its_sender_learns_where_to_go_on(api: Api, alice: User, begun: str) -> None:
    client = api(alice)
    with CaptureQueriesContext(connection) as queries:
        answers = [client.get(PATH, {"key": begun}).json() for _ in range(2)]
    assert answers == [{"lines": 5000}] * 2
    assert len(queries) <= 24
    assert client.get(PATH, {"key": "another"}).json() == {"lines": 0}


def test_nobody_else_learns_anything(api: Api, bob: User, charlie: User, begun: str) -> None:
    assert api().get(PATH, {"key": begun}).status_code == 401
    for other in (bob, charlie):
        assert api(other).get(PATH, {"key": begun}).json() == {"lines": 0}


@pytest.mark.parametrize("query", [{}, {"key": ""}, {"key": "x" * 201}])
def test_a_key_is_needed(api: Api, alice: User, query: dict[str, str]) -> None:
    answer = api(alice).get(PATH, query)
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
