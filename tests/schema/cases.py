"""What is asked: a good request of the access matrix, and generated ones around it."""

import json
from collections.abc import Iterator, Set
from typing import Any
from urllib.parse import urlencode

from hypothesis import strategies as st
from requests import Request
from schemathesis import Case, GenerationMode
from schemathesis.openapi import from_dict
from schemathesis.schemas import APIOperation

from tests.access.doors import Door, doors
from tests.access.expected import expected
from tests.access.rules import Ask
from tests.access.world import World
from tests.schema.asking import BASE


def operations(schema: dict[str, Any]) -> Iterator[APIOperation]:
    for result in from_dict(schema).get_all_operations():
        yield result.ok()


def door_of(operation: APIOperation) -> Door:
    """The door of the access matrix that this operation is."""
    return _DOORS[operation.method.upper(), operation.path]


def good_ask(operation: APIOperation, world: World) -> tuple[str, Ask]:
    """The path and the request that the matrix declares as good for this door."""
    door = door_of(operation)
    _, ask = expected(door, world)
    return door.path.format_map({**world.ids, **ask.params}), ask


def good_request(operation: APIOperation, world: World) -> Request:
    path, ask = good_ask(operation, world)
    url = f"{BASE}{path}" + (f"?{urlencode(ask.query, doseq=True)}" if ask.query else "")
    if ask.form is not None:
        return _multipart(operation.method, url, ask.form)
    content, headers = None, {}
    if ask.body is not None:
        raw = isinstance(ask.body, bytes)
        content = ask.body if raw else json.dumps(ask.body).encode()
        headers = {"Content-Type": ask.content_type}
    return Request(operation.method.upper(), url, data=content, headers=headers)


def generated(
    operation: APIOperation, world: World, mode: GenerationMode
) -> st.SearchStrategy[Request]:
    """Cases of the schema; parts of most are exchanged for parts of the good request.

    Random ids lead nowhere and one wrong field hides the next, so that a purely random
    request hardly gets past the first check.
    """
    cases = operation.as_strategy(mode)
    # Which parts stay as they were drawn: each, a few, or all but the path.
    keep = st.sampled_from([EVERY, EVERY - {0}]) | st.sets(st.integers(0, 30), min_size=3)
    return st.builds(lambda case, kept: _mixed(case, kept, world), cases, keep)


def _mixed(case: Case, kept: Set[int], world: World) -> Request:
    operation = case.operation
    path, ask = good_ask(operation, world)
    known = path if 0 not in kept else ""
    query = _merged(dict(case.query or {}), ask.query, kept, 1)
    body = case.body
    if isinstance(body, dict) and isinstance(ask.body, dict):
        body = _merged(body, ask.body, kept, 20)
    case.query, case.body = query, body
    sent = case.as_transport_kwargs(base_url=BASE)
    sent.pop("cookies", None)
    if known:
        sent["url"] = BASE + known
    return Request(**{key: value for key, value in sent.items() if key in _TAKEN})


def _merged(
    drawn: dict[str, Any], good: dict[str, Any], kept: Set[int], first: int
) -> dict[str, Any]:
    """The good parts, but for those that `kept` numbers: these stay as they were drawn."""
    names = enumerate(sorted({*drawn, *good}))
    keep = {name for at, name in names if first + at in kept}
    return drawn | {name: value for name, value in good.items() if name not in keep}


def _multipart(method: str, url: str, form: dict[str, Any]) -> Request:
    files = {key: value for key, value in form.items() if hasattr(value, "read")}
    words = {key: value for key, value in form.items() if key not in files}
    sent = {key: (each.name, each.read(), each.content_type) for key, each in files.items()}
    return Request(method.upper(), url, data=words, files=sent)


EVERY = frozenset(range(100))
_TAKEN = {"method", "url", "headers", "params", "json", "data", "files"}
_DOORS = {
    (door.method, door.path): door for door in doors() if door.path.startswith("/api/v1/")
}
