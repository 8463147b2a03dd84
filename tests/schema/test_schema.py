"""The API keeps its word: every operation of the OpenAPI document, asked as each role.

No answer is a 5xx (but 501 of what isn't built), none has a status or a content type that
the document doesn't name, and each body has the shape that it gives. The requests go
through the real ASGI app, to a record with one of everything in it.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from requests import Request
from schemathesis import Case, GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import Failure, FailureGroup
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from clinicity.accounts.models import User
from tests.access.world import World, made, with_removal
from tests.schema.asking import ROLES, Asker, in_own_thread, token_of
from tests.schema.cases import door_of, generated, good_request, operations

CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_schema_conformance,
]
NOT_BUILT = 501
EXAMPLES = int(os.environ.get("SCHEMA_EXAMPLES", "4"))


@pytest.fixture(scope="module")
def schema() -> dict[str, Any]:
    found = SchemaGenerator().get_schema(request=None, public=True)
    assert isinstance(found, dict)
    return found


@pytest.fixture
def world(real_transactions: None, alice: User, settings: Any) -> Iterator[World]:
    settings.RATE_LIMITING_ENABLED = False  # a 429 would hide every other answer
    with in_own_thread():
        yield with_removal(made(alice), alice)


def test_good_requests_are_answered_as_documented(
    world: World, alice: User, schema: dict[str, Any]
) -> None:
    askers = {role: Asker(token_of(role, alice, world)) for role in ROLES}
    faults = [
        f"{role}: {fault}"
        for operation in operations(schema)
        for role, asker in askers.items()
        for fault in faults_of(operation, good_request(operation, world), asker)
    ]
    assert not faults, "\n" + "\n".join(faults)


def faults_of(operation: APIOperation, request: Request, asker: Asker) -> Iterator[str]:
    answer = asker.sent(request)
    if answer.status_code == NOT_BUILT:
        return
    case = Case(
        operation=operation, method=operation.method.upper(), path=operation.path,
        path_parameters=dict.fromkeys(door_of(operation).parameters, "x"),
    )  # fmt: skip
    said = f"{operation.label} answered {answer.status_code} to {asked(request)}"
    for check in CHECKS:
        try:
            case.validate_response(answer, checks=[check])
        except (Failure, FailureGroup) as failure:
            yield f"{said}\n  {check.__name__}: {' / '.join(words_of(failure))} {asker.raised}"


def asked(request: Request) -> str:
    body = request.json if request.json is not None else request.data
    return f"{request.url} {request.params} {body!r}"[:900]


def words_of(failure: Any) -> list[str]:
    parts = getattr(failure, "exceptions", None) or [failure]
    return [f"{each.title}: {each.message}"[:600] for each in parts]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("mode", GenerationMode)
@pytest.mark.slow
def test_generated_requests_are_answered_as_documented(
    mode: GenerationMode, role: str, world: World, alice: User, schema: dict[str, Any]
) -> None:
    """Good and bad values of the schema's own making, mixed into good requests."""
    asker = Asker(token_of(role, alice, world))
    faults = {
        fault
        for operation in operations(schema)
        for fault in faults_of_generated(operation, world, asker, mode)
    }
    assert not faults, "\n" + "\n".join(faults)


def faults_of_generated(
    operation: APIOperation, world: World, asker: Asker, mode: GenerationMode
) -> list[str]:
    found: list[str] = []

    @settings(
        max_examples=2 if "/stream/" in operation.path else EXAMPLES, derandomize=True, database=None, deadline=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(generated(operation, world, mode))
    def ask(request: Request) -> None:
        found.extend(faults_of(operation, request, asker))

    with suppress(Unsatisfiable, NotImplementedError):  # nothing of it can be wrong
        ask()
    return found[:3]
