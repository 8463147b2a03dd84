"""Group commit: requests that came together are stored in one transaction.

Each keeps its own savepoint, ledger row, receipt and refusal. They are taken in the
order of their patients, so that two servers never wait for each other's locks.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from http import HTTPStatus

import msgspec
from django.db import OperationalError, connection, transaction

from biometrics.intake import receipt_json, take_in
from clinicity.accounts import idempotency
from clinicity.accounts.tokens import user_of_access
from clinicity.common.actors import Actor
from clinicity.common.exceptions import DomainError, Unavailable
from clinicity.common.problems import MEDIA_TYPE, problem_of

logger = logging.getLogger(__name__)

PATH = "/api/v1/biometric-events"


class Broken(DomainError):
    type = "broken"
    title = "The request could not be handled."
    status = HTTPStatus.INTERNAL_SERVER_ERROR


class _Addressed(msgspec.Struct):
    """The part of a body that says whose readings it brings."""

    patient_id: str = ""


@dataclass(frozen=True)
class Knock:
    """One request that waits for its answer."""

    token: str
    key: str
    body: bytes

    @property
    def addressee(self) -> str:
        """Whom the body names, unproven: good for sorting only."""
        try:
            first = msgspec.json.decode(self.body, type=_Addressed | list[_Addressed])
        except msgspec.DecodeError:
            return ""
        if isinstance(first, list):
            return first[0].patient_id if first else ""
        return first.patient_id


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    media_type: str = "application/json"
    headers: Sequence[tuple[bytes, bytes]] = ()


@dataclass
class _Group:
    """What requests of one transaction share: a token is looked up once."""

    actors: dict[str, Actor] = field(default_factory=dict)

    def actor_of(self, token: str) -> Actor:
        if token not in self.actors:
            self.actors[token] = user_of_access(token).actor
        return self.actors[token]


def store_group(group: Sequence[Knock]) -> list[Answer]:
    """Store a group; if its transaction doesn't commit, nobody is told that it did.

    A lost database refuses all of them. Any other failure is one request's own: then
    each is tried by itself, so that a bad one doesn't sink the others.
    """
    try:
        return _in_one_transaction(group)
    except OperationalError as error:
        connection.close()
        _log(error, group)
        wait = Unavailable("Send it again: nothing is stored twice.", retry_after=1)
        return [problem_answer(wait) for _ in group]
    except Exception as error:  # noqa: BLE001  the edge of the door: answered, never lost
        _log(error, group)
        if len(group) == 1:
            return [problem_answer(Broken("Nothing of it was stored."))]
        return [answer for knock in group for answer in store_group([knock])]


def problem_answer(refusal: DomainError) -> Answer:
    document = problem_of(refusal)
    wait = refusal.extra.get("retry_after")
    headers = [(b"retry-after", str(wait).encode())] if wait else []
    return Answer(document["status"], msgspec.json.encode(document), MEDIA_TYPE, headers)


def _in_one_transaction(group: Sequence[Knock]) -> list[Answer]:
    # The thread keeps its connection between groups; one that died meanwhile is replaced.
    if connection.connection is not None and not connection.is_usable():
        connection.close()
    order = sorted(range(len(group)), key=lambda place: group[place].addressee)
    shared, answers = _Group(), dict[int, Answer]()
    with transaction.atomic():
        for place in order:
            answers[place] = _store(shared, group[place])
    return [answers[place] for place in range(len(group))]


def _store(shared: _Group, knock: Knock) -> Answer:
    """One request behind its savepoint: its refusal leaves the others alone."""
    try:
        with transaction.atomic():
            return _stored(shared, knock)
    except DomainError as refusal:
        return problem_answer(refusal)


def _stored(shared: _Group, knock: Knock) -> Answer:
    actor = shared.actor_of(knock.token)
    digest = idempotency.digest_of("POST", PATH, knock.body)
    known = idempotency.claim(actor, knock.key, digest) if knock.key else None
    if known:
        return Answer(known.status, known.body.encode())
    body = receipt_json(take_in(actor, knock.body))
    if knock.key:
        idempotency.keep(actor, knock.key, digest, status=HTTPStatus.CREATED, body=body)
    return Answer(HTTPStatus.CREATED, body.encode())


def _log(error: Exception, group: Sequence[Knock]) -> None:
    """The kind of failure only: the text of a database error may quote a row."""
    extra = {"error": type(error).__name__, "requests": len(group)}
    logger.error("door.group_failed", extra=extra)
