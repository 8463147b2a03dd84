"""Group commit: requests that came together are stored in one transaction.

Each keeps its own ledger row, receipt and refusal; the database is asked four times for
the whole group, however many they are:

1. who they are, whether their keys are new, whose patients they may see, which patients
   nobody else is busy with;
2. those patients; 3. their segments; 4. everything that is written.
"""

import logging
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from http import HTTPStatus
from typing import Any
from uuid import UUID

import msgspec
from cachetools import TTLCache
from django.db import OperationalError, connection, transaction
from psycopg import Cursor

from biometrics.bearers import Asked, Bearer, bearer_of, bearers_ask
from biometrics.bodies import Part, progress_key
from biometrics.intake import Parcel, answer_json, parcel_of
from biometrics.permissions import demand_sender
from biometrics.services import statements
from biometrics.services.devices import device_seen
from biometrics.services.readings import PATIENT_LOCK, lock_key
from biometrics.services.state import PatientState
from biometrics.services.storing import Deposit, Plan, allowed, known, planned
from biometrics.services.writing import written
from clinicity.accounts import idempotency, throttles
from clinicity.accounts.acting import act, acting_as
from clinicity.accounts.models import StoredAnswer
from clinicity.accounts.tokens import BadToken
from clinicity.audit import services as audit
from clinicity.common import clock
from clinicity.common.actors import DOOR, Actor
from clinicity.common.exceptions import DomainError, NotFound, Unavailable
from clinicity.common.pipeline import Ask, ids, numbers, pipelined, together
from clinicity.common.problems import MEDIA_TYPE, problem_of

logger = logging.getLogger(__name__)

PATH = "/api/v1/biometric-events"
# Requests of one actor; a gateway that sends for a clinic is one actor.
BY_ACTOR = throttles.Limit("ingest.actor", 120_000, 60)


class Broken(DomainError):
    type = "broken"
    title = "The request could not be handled."
    status = HTTPStatus.INTERNAL_SERVER_ERROR


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    media_type: str = "application/json"
    headers: Sequence[tuple[bytes, bytes]] = ()


@dataclass(eq=False)
class Knock:
    """One request that waits for its answer, or one part of a stream of lines."""

    token: str
    key: str
    body: bytes
    part: Part | None = None
    answer: Answer | None = None
    actor: Actor | None = None
    deposits: Sequence[Deposit] = ()

    @cached_property
    def bearer(self) -> Bearer:
        return bearer_of(self.token)

    @cached_property
    def parcel(self) -> Parcel:
        return parcel_of(self.body, self.part, self.bearer.device)

    @cached_property
    def claimed(self) -> idempotency.Claimed | None:
        if not self.key:
            return None
        digest = idempotency.digest_of("POST", PATH, self.body)
        return idempotency.claimed_by(self.bearer.id, self.key, digest)

    def refuse(self, refusal: DomainError) -> None:
        self.answer = problem_answer(refusal)


def store_group(group: Sequence[Knock]) -> list[Answer | None]:
    """Store a group; if its transaction doesn't commit, nobody is told that it did.

    None stands for a request whose patient someone else is busy with: ask again. A lost
    database refuses all. Any other failure is one request's own: then each is tried by
    itself, so that a bad one doesn't sink the others.
    """
    try:
        return _in_one_transaction(
            [Knock(each.token, each.key, each.body, each.part) for each in group]
        )
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


def _in_one_transaction(group: Sequence[Knock]) -> list[Answer | None]:
    # The thread keeps its connection between groups; one that died meanwhile is replaced.
    if connection.connection is not None and connection.connection.closed:
        connection.close()
    for knock in group:
        _decode(knock)
    _throttle(group)
    strangers: list[tuple[Actor, UUID]] = []
    with transaction.atomic():
        _admit(_open(group), strangers)
        _store(_open(group))
    for actor, patient_id in strangers:
        audit.record_refusal(
            by=actor, act="reading.ingest", subject="patient", subject_id=patient_id
        )
    for knock in group:
        _note_device(knock)
    return [knock.answer for knock in group]


def _note_device(knock: Knock) -> None:
    """When a paired device was heard of, how full it is, how its clock runs: now and then."""
    claims = knock.bearer.device if "bearer" in knock.__dict__ else None
    if claims is None or knock.actor is None or claims.device_id in _noted:
        return
    _noted[claims.device_id] = True
    head = knock.parcel.intake.head
    # The readings are stored: a device that was revoked this moment is no news.
    with suppress(DomainError), acting_as(DOOR, claims.patient_id):
        device_seen(
            by=DOOR, device_id=claims.device_id, sent_at=head.sent_at,
            battery_percent=head.battery_percent,
        )  # fmt: skip


# Devices that were noted within the last minute.
_noted: TTLCache[UUID, bool] = TTLCache(maxsize=10_000, ttl=60)


def _open(group: Sequence[Knock]) -> list[Knock]:
    """Those that have no answer yet."""
    return [knock for knock in group if knock.answer is None]


def _decode(knock: Knock) -> None:
    """What can be refused without asking anybody."""
    try:
        _ = knock.bearer, knock.claimed, knock.parcel
    except DomainError as refusal:
        knock.refuse(refusal)


def _throttle(group: Sequence[Knock]) -> None:
    counts: dict[UUID, int] = {}
    for knock in _open(group):
        counts[knock.bearer.id] = counts.get(knock.bearer.id, 0) + 1
    if not counts:
        return
    used = throttles.count_many([(BY_ACTOR, str(id), by) for id, by in counts.items()])
    over = {id: each for id, each in zip(counts, used, strict=True) if each.is_over}
    for knock in _open(group):
        if each := over.get(knock.bearer.id):
            wait = each.wait_seconds
            knock.refuse(throttles.Throttled(f"Wait {wait} seconds.", retry_after=wait))


@dataclass
class _First:
    """The rows of the first round trip."""

    bearers: Asked
    keys: idempotency.Claims
    locks: "Cursor[Any]"
    visible: "dict[UUID, Cursor[Any]]" = field(default_factory=dict)


def _admit(group: Sequence[Knock], strangers: list[tuple[Actor, UUID]]) -> None:
    """Answer those who may not, or need not, be stored; postpone the busy ones."""
    if not group:
        return
    with pipelined() as ask:
        asked = _ask_about(ask, group)
    actors, busy = asked.bearers.actors({knock.bearer for knock in group}), _busy(asked.locks)
    settled = asked.keys.settle([knock.claimed for knock in group if knock.claimed])
    visible = {id: {row[0] for row in rows.fetchall()} for id, rows in asked.visible.items()}
    for knock in group:
        knock.actor = actors.get(knock.bearer)
        try:
            _settle(knock, settled)
            _address(knock, visible.get(knock.bearer.id, set()), strangers)
        except DomainError as refusal:
            knock.refuse(refusal)
        if any(lock_key(each.patient_id) in busy for each in knock.deposits):
            knock.deposits = ()  # no answer: it is asked for again


VISIBLE = "SELECT id FROM patients_patient WHERE id = ANY(%s::uuid[]) AND deleted_at IS NULL"


def _ask_about(ask: Ask, group: Sequence[Knock]) -> _First:
    patients: dict[UUID, set[UUID]] = {}
    for knock in group:
        if knock.bearer.user:
            patients.setdefault(knock.bearer.id, set()).update(knock.parcel.found)
    named = {patient_id for knock in group for patient_id in knock.parcel.found}
    asked = _First(
        bearers_ask(ask, {knock.bearer for knock in group}),
        idempotency.claim_many(ask, [knock.claimed for knock in group if knock.claimed]),
        ask(statements.TRY_LOCKS, [PATIENT_LOCK, numbers({lock_key(each) for each in named})]),
    )
    for user_id, theirs in patients.items():
        act(ask, user_id)
        asked.visible[user_id] = ask(VISIBLE, [ids(theirs)])
    act(ask, None)
    return asked


def _busy(locks: "Cursor[Any]") -> set[int]:
    """Keys of the patients whose lock someone else holds."""
    return {key for key, taken in locks.fetchall() if not taken}


def _settle(
    knock: Knock, settled: dict[idempotency.Claimed, StoredAnswer | DomainError]
) -> None:
    """Who may not send is refused; what has its answer gets it again."""
    if knock.actor is None:
        raise BadToken("Sign in again.")
    demand_sender(knock.actor)
    known = settled.get(knock.claimed) if knock.claimed else None
    if isinstance(known, DomainError):
        raise known
    if known:
        knock.answer = Answer(known.status, known.body.encode())


def _address(knock: Knock, visible: set[UUID], strangers: list[tuple[Actor, UUID]]) -> None:
    """Whose readings these are: of those the actor sees, the others' being refused."""
    if knock.answer or knock.actor is None:
        return
    if knock.bearer.device:
        visible = {knock.bearer.device.patient_id}
    unseen = [id for id in knock.parcel.found if id not in visible]
    strangers += [(knock.actor, id) for id in unseen]
    knock.deposits = knock.parcel.deposits(knock.actor, "api", unseen=unseen)
    if not knock.deposits:
        raise NotFound("There is no such patient.")


def _store(group: Sequence[Knock]) -> None:
    """Store what was admitted: each request's deposits, in the order they came."""
    first, again = _told_apart([knock for knock in group if knock.deposits])
    if not first:
        return
    patients = _known(first)
    for knock in first:
        try:
            knock.deposits = [allowed(each, patients) for each in knock.deposits]
        except DomainError as refusal:
            knock.refuse(refusal)
    kept = _open(first)
    plan = planned([each for knock in kept for each in knock.deposits], patients)
    _write(kept, plan)
    for knock, original in again:
        knock.answer = original.answer


def _told_apart(group: Sequence[Knock]) -> tuple[list[Knock], list[tuple[Knock, Knock]]]:
    """Requests, and those that repeat one of them under the same key in the same group."""
    first: dict[object, Knock] = {}
    again = []
    for knock in group:
        name = (knock.claimed.actor_id, knock.claimed.index) if knock.claimed else knock
        original = first.setdefault(name, knock)
        if original is knock:
            continue
        if original.claimed == knock.claimed:
            again.append((knock, original))
        else:
            knock.refuse(idempotency.KeyReused("Use a new key for a new request."))
    return list(first.values()), again


def _known(group: Sequence[Knock]) -> dict[UUID, PatientState]:
    """The patients of a group; from here on the door acts for just these."""
    deposits = [each for knock in group for each in knock.deposits]
    patients = {each.patient_id for each in deposits}
    return known(deposits, lambda ask: act(ask, DOOR.id, sorted(patients)))


def _write(group: Sequence[Knock], plan: Plan) -> None:
    if not plan.entries:
        return
    kept: list[idempotency.Kept] = []
    with together() as ask:
        receipts = {each.id: each for each in written(ask, plan, clock.now())}
        for knock in group:
            body = answer_json([receipts[each.id] for each in knock.deposits])
            knock.answer = Answer(HTTPStatus.CREATED, body.encode())
            if knock.claimed:
                kept += [idempotency.Kept(knock.claimed, HTTPStatus.CREATED, body)]
                kept += _progress(knock, knock.claimed.actor_id)
        idempotency.keep_many(ask, kept)


def _progress(knock: Knock, actor_id: UUID) -> list[idempotency.Kept]:
    """How far a stream has come, kept with its part, for a client that was cut off."""
    if knock.part is None:
        return []
    claimed = idempotency.claimed_by(actor_id, progress_key(knock.part.stream), "")
    body = msgspec.json.encode({"lines": knock.part.end}).decode()
    return [idempotency.Kept(claimed, HTTPStatus.OK, body)]


def _log(error: Exception, group: Sequence[Knock]) -> None:
    """The kind of failure only: the text of a database error may quote a row."""
    extra = {"error": type(error).__name__, "requests": len(group)}
    logger.error("door.group_failed", extra=extra)
