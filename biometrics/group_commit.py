"""Group commit: requests that came together are stored in one transaction.

Each keeps its own ledger row, receipt and refusal; the database is asked twice for the
whole group, however many they are:

1. who they are, whether their keys are new, which patients nobody else is busy with, and,
   read as whoever sends, those patients and the segments that are touched;
2. everything that is written, for just the patients who were found.

Where something is corrected, whole days are read in between, to be summed up again.
"""

import logging
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from http import HTTPStatus
from uuid import UUID

import msgspec
from cachetools import TTLCache
from django.db import OperationalError, connection, transaction

from biometrics.bearers import Asked, bearers_ask
from biometrics.bodies import progress_key
from biometrics.intake import answer_json
from biometrics.knocks import Answer, Broken, Knock, problem_answer
from biometrics.permissions import demand_sender
from biometrics.services import statements
from biometrics.services.devices import device_seen
from biometrics.services.readings import PATIENT_LOCK, lock_key
from biometrics.services.state import (
    Held,
    PatientRows,
    PatientState,
    patients_ask,
    segments_ask,
)
from biometrics.services.storing import Plan, allowed, planned
from biometrics.services.writing import written
from clinicity.accounts import idempotency, throttles
from clinicity.accounts.acting import act, acting_as
from clinicity.accounts.models import StoredAnswer
from clinicity.accounts.tokens import BadToken
from clinicity.audit import services as audit
from clinicity.common import clock
from clinicity.common.actors import DOOR, Actor
from clinicity.common.exceptions import DomainError, NotFound, Unavailable
from clinicity.common.pipeline import Ask, Rows, numbers, pipelined, together

logger = logging.getLogger(__name__)

# Requests of one actor; a gateway that sends for a clinic is one actor.
BY_ACTOR = throttles.Limit("ingest.actor", 120_000, 60)


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


def _in_one_transaction(group: Sequence[Knock]) -> list[Answer | None]:
    # The thread keeps its connection between groups; one that died meanwhile is replaced.
    if connection.connection is not None and connection.connection.closed:
        connection.close()
    for knock in group:
        _decode(knock)
    _throttle(group)
    strangers: list[tuple[Actor, UUID]] = []
    with transaction.atomic():
        if waiting := _open(group):
            _store(waiting, _admit(waiting, strangers))
    for actor, patient_id in strangers:
        audit.record_refusal(
            by=actor, act="reading.ingest", subject="patient", subject_id=patient_id
        )
    for knock in group:
        _note_device(knock)
    return [knock.told for knock in group]


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
    found = dict(zip(counts, used, strict=True))
    limits = {id: _limits(each) for id, each in found.items()}
    for knock in _open(group):
        each, knock.limits = found[knock.bearer.id], limits[knock.bearer.id]
        if each.is_over:
            wait = each.wait_seconds
            knock.refuse(throttles.Throttled(f"Wait {wait} seconds.", retry_after=wait))


def _limits(used: throttles.Used) -> list[tuple[bytes, bytes]]:
    told = throttles.headers_of([used])
    return [(name.lower().encode(), value.encode()) for name, value in told.items()]


@dataclass
class _First:
    """The rows of the first round trip. Patients and segments are read as whoever sends:
    what they may not see isn't there."""

    bearers: Asked
    keys: idempotency.Claims
    locks: Rows
    patients: dict[UUID, PatientRows] = field(default_factory=dict)
    segments: list[Rows] = field(default_factory=list)


@dataclass
class _Known:
    """Patients by who sends for them, and their segments."""

    patients: dict[UUID, dict[UUID, PatientState]]
    held: Held

    def all(self) -> dict[UUID, PatientState]:
        return {id: state for found in self.patients.values() for id, state in found.items()}


def _admit(group: Sequence[Knock], strangers: list[tuple[Actor, UUID]]) -> _Known:
    """Answer those who may not, or need not, be stored; postpone the busy ones."""
    with pipelined() as ask:
        asked = _ask_about(ask, group)
    actors, busy = asked.bearers.actors({knock.bearer for knock in group}), _busy(asked.locks)
    settled = asked.keys.settle([knock.claimed for knock in group if knock.claimed])
    known = _Known({id: rows.states() for id, rows in asked.patients.items()}, Held())
    for rows in asked.segments:
        known.held.take(rows)
    for knock in group:
        knock.actor = actors.get(knock.bearer)
        try:
            _settle(knock, settled)
            _address(knock, known.patients[_sender(knock)], strangers)
        except DomainError as refusal:
            knock.refuse(refusal)
        if any(lock_key(each.patient_id) in busy for each in knock.deposits):
            knock.deposits = ()  # no answer: it is asked for again
    return known


def _sender(knock: Knock) -> UUID:
    """As whom patients are read: a person, or the door for all paired devices."""
    return knock.bearer.id if knock.bearer.user else DOOR.id


def _ask_about(ask: Ask, group: Sequence[Knock]) -> _First:
    senders: dict[UUID, list[Knock]] = {}
    for knock in group:
        senders.setdefault(_sender(knock), []).append(knock)
    named = {patient_id for knock in group for patient_id in knock.parcel.found}
    ask(statements.BY_INDEX, [])
    asked = _First(
        bearers_ask(ask, {knock.bearer for knock in group}),
        idempotency.claim_many(ask, [knock.claimed for knock in group if knock.claimed]),
        ask(statements.TRY_LOCKS, [PATIENT_LOCK, numbers({lock_key(each) for each in named})]),
    )
    for sender, knocks in senders.items():
        patients = {patient_id for knock in knocks for patient_id in knock.parcel.found}
        # A device's patient stands in its token, signed by us; people see theirs of these.
        theirs = {knock.bearer.device.patient_id for knock in knocks if knock.bearer.device}
        act(ask, sender, theirs or patients)
        devices = {id for knock in knocks if (id := knock.parcel.device_id)}
        asked.patients[sender] = patients_ask(ask, patients, devices)
        wanted = set().union(*(knock.wanted() for knock in knocks))
        asked.segments.append(segments_ask(ask, wanted))
    return asked


def _busy(locks: Rows) -> set[int]:
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


def _address(
    knock: Knock, visible: Mapping[UUID, PatientState], strangers: list[tuple[Actor, UUID]]
) -> None:
    """Whose readings these are: of those the actor sees, the others' being refused."""
    if knock.answer or knock.actor is None:
        return
    device = knock.bearer.device
    unseen = [
        id
        for id in knock.parcel.found
        if id not in visible or (device and id != device.patient_id)
    ]
    strangers += [(knock.actor, id) for id in unseen]
    knock.deposits = knock.parcel.deposits(knock.actor, "api", unseen=unseen)
    if not knock.deposits:
        raise NotFound("There is no such patient.")


def _store(group: Sequence[Knock], known: _Known) -> None:
    """Store what was admitted: each request's deposits, in the order they came."""
    first, again = _told_apart([knock for knock in group if knock.deposits])
    patients = known.all()
    for knock in first:
        try:
            knock.deposits = [allowed(each, patients) for each in knock.deposits]
        except DomainError as refusal:
            knock.refuse(refusal)
    kept = _open(first)
    deposits = [each for knock in kept for each in knock.deposits]
    if deposits:
        # From here on the door acts, for just those who were checked.
        acting = partial(_act_for, {each.patient_id for each in deposits})
        _write(kept, planned(deposits, patients, known.held, acting), acting)
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


def _act_for(patients: set[UUID], ask: Ask) -> None:
    act(ask, DOOR.id, patients)


def _write(group: Sequence[Knock], plan: Plan, first: Callable[[Ask], object]) -> None:
    kept: list[idempotency.Kept] = []
    with together(first) as ask:
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
