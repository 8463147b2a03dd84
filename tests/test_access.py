"""Closed by default: every URL and socket, really requested, as nobody and as a stranger.

A declared permission proves nothing (a mixin in the wrong order is never called), so
each route is asked for. The lists below are the only exceptions, each with its reason.
"""

import re
from collections.abc import Callable, Iterator
from http import HTTPStatus
from uuid import UUID

import pytest
from asgiref.sync import async_to_sync
from channels.testing import WebsocketCommunicator
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from clinicity.accounts.models import User
from clinicity.asgi import application, sockets
from clinicity.common.routes import CONVERTERS
from patients.models import Patient

OPEN = {
    "": "sends to the home, which asks who one is; or says what answers here",
    "accounts/login/": "this is where one signs in",
    "api/v1/auth/login/": "this is where one signs in",
    "accounts/second-factor/": "carries a sign-in's challenge, or leads to the sign-in page",
    "accounts/oidc/": "leads to the provider that one signs in with",
    "accounts/oidc/callback/": "carries a provider's code",
    "api/v1/auth/login/second-factor/": "carries a sign-in's challenge",
    "api/v1/auth/login/passkey/": "carries a sign-in's challenge",
    "api/v1/auth/refresh/": "carries a refresh token of its own",
    "api/v1/auth/logout/": "carries a refresh token of its own",
    "api/v1/devices/pair/": "carries a pairing code of its own",
    "api/v1/questionnaire-links/open/": "carries a token of its own, and a birth date",
    "api/v1/questionnaire-links/draft/": "carries a token of its own, and a birth date",
    "api/v1/questionnaire-links/answer/": "carries a token of its own, and a birth date",
    "api/schema/": "says what may be asked, and holds no data",
    "api/docs/": "says what may be asked, and holds no data",
    "health": "operations: no data of a patient",
    "health/": "operations: no data of a patient",
    "health/live": "operations: no data of a patient",
    "health/live/": "operations: no data of a patient",
    "health/ready": "operations: no data of a patient",
    "health/ready/": "operations: no data of a patient",
    "metrics": "operations: counts, on loopback only",
    "metrics/": "operations: counts, on loopback only",
}
REFUSED = {
    HTTPStatus.FOUND,
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.NOT_FOUND,
    HTTPStatus.METHOD_NOT_ALLOWED,
}
NOBODY = "00000000-0000-7000-8000-000000000000"


def routes(resolver: URLResolver | None = None, prefix: str = "") -> Iterator[str]:
    """Each route of the URL conf, as a path whose parameters are an id of nobody."""
    for entry in (resolver or get_resolver()).url_patterns:
        path = prefix + plain(str(entry.pattern))
        if isinstance(entry, URLResolver):
            yield from routes(entry, path)
        elif isinstance(entry, URLPattern):
            yield filled(path)


def plain(pattern: str) -> str:
    """A pattern of `path` or `route` without its expression's signs."""
    if pattern.startswith("^(?="):  # the aliases at the root: only a condition
        return ""
    return pattern.removeprefix("^").replace("/?$", "/").removesuffix("$").removesuffix(r"\Z")


def filled(path: str, id: str = NOBODY) -> str:
    """The path with an id of nobody for each UUID, and a plain word for the rest."""
    path = path.replace(CONVERTERS["uuid"], "UUID")
    path = re.sub(r"\(\?P<\w+>UUID\)|<uuid:\w+>", id, path)
    path = re.sub(r"\(\?P<\w+>[^)]*\)|<(?:path|str|slug):\w+>|<\w+>", "x", path)
    return re.sub(r"<int:\w+>", "1", path)


ROUTES = sorted(
    {route for route in routes() if not route.startswith(("admin/jsi18n", "static"))}
)


def test_the_walk_finds_the_routes() -> None:
    assert f"api/v1/patients/{NOBODY}/" in ROUTES
    assert "accounts/login/" in ROUTES
    assert f"patients/{NOBODY}/edit/" in ROUTES


@pytest.mark.django_db
@pytest.mark.parametrize("route", [route for route in ROUTES if route not in OPEN])
def test_anonymous_gets_nothing(client: Client, route: str) -> None:
    for method in (client.get, client.post):
        answer = method(f"/{route}")
        assert answer.status_code in REFUSED, f"{route} answered {answer.status_code}"
        if answer.status_code == HTTPStatus.FOUND:
            assert answer["Location"].startswith(("/accounts/login/", "/admin/login/"))


@pytest.mark.django_db
@pytest.mark.parametrize(
    "route", [route for route in ROUTES if "patient" in route and NOBODY in route]
)
def test_stranger_gets_nothing_of_a_patient(
    route: str, patient: Patient, charlie: User, client_for: Callable[[User], Client]
) -> None:
    client = client_for(charlie)
    path = "/" + route.replace(NOBODY, str(patient.id))
    for method in (client.get, client.post):
        status = method(path).status_code
        refused = {HTTPStatus.NOT_FOUND, HTTPStatus.METHOD_NOT_ALLOWED, HTTPStatus.FOUND}
        refused |= {HTTPStatus.BAD_REQUEST, HTTPStatus.FORBIDDEN, HTTPStatus.NOT_IMPLEMENTED}
        refused |= {HTTPStatus.UNSUPPORTED_MEDIA_TYPE}
        assert status in refused, f"{path} answered {status}"
        body = method(path).content.decode()
        assert patient.first_name not in body


@pytest.mark.django_db
@pytest.mark.parametrize("pattern", [str(socket.pattern) for socket in sockets])
def test_anonymous_socket_is_closed(pattern: str) -> None:
    path = filled(plain(pattern), str(UUID(NOBODY)))

    async def connect() -> bool:
        headers = [(b"origin", b"http://localhost"), (b"host", b"localhost")]
        socket = WebsocketCommunicator(application, f"/{path}", headers=headers)
        accepted, _ = await socket.connect(timeout=5)
        await socket.disconnect()
        return bool(accepted)

    assert not async_to_sync(connect)()
