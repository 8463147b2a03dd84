"""What a domain says when it refuses. Each refusal is one sentence, safe to show."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any, ClassVar


class DomainError(Exception):
    """A refusal in words. `type` and `status` become an RFC 9457 problem detail."""

    type: ClassVar[str] = "invalid"
    title: ClassVar[str] = "The request can't be carried out."
    status: ClassVar[int] = HTTPStatus.BAD_REQUEST

    def __init__(self, detail: str, **extra: Any) -> None:
        super().__init__(detail)
        self.detail = detail
        self.extra: Mapping[str, Any] = extra


class NotFound(DomainError):
    """Not there, or not for this actor: the two are never told apart."""

    type = "not-found"
    title = "There is no such thing, or it isn't yours to see."
    status = HTTPStatus.NOT_FOUND


class Refused(DomainError):
    type = "refused"
    title = "Your role may not do this."
    status = HTTPStatus.FORBIDDEN


class Conflict(DomainError):
    type = "conflict"
    title = "The state has changed in the meantime."
    status = HTTPStatus.CONFLICT


class Invalid(DomainError):
    """Bad input: `errors` names each field or index and what is wrong with it."""

    type = "invalid"
    title = "The input is not valid."
    status = HTTPStatus.BAD_REQUEST


class TooMany(DomainError):
    type = "too-many-requests"
    title = "Too many requests."
    status = HTTPStatus.TOO_MANY_REQUESTS


class Unavailable(DomainError):
    type = "unavailable"
    title = "A service that this needs is not available."
    status = HTTPStatus.SERVICE_UNAVAILABLE


class NotBuilt(DomainError):
    """A room of the design that has a door already, and nothing behind it yet."""

    type = "not-built"
    title = "This part of Clinicity isn't built yet."
    status = HTTPStatus.NOT_IMPLEMENTED
