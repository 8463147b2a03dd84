"""Bodies of `POST biometric-events`, decoded into columns. Pure.

- one event: `{"patient_id", "data_type", "timestamp", "data": {"bpm": 72}}`
- several: `{"patient_id", "events": […]}`, or a list of events
- columns: `{"patient_id", "columns": [{"data_type", "timestamp": […], "value": […]}]}`

A bad event among good ones is no error of the body: it becomes a reason, which names its
index and its field.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypeVar
from uuid import UUID

import msgspec

from biometrics.samples import Reason, Sent, sent_of
from biometrics.uniform import read_alike
from biometrics.wire import Body, Column, Event, Head, RawBatch
from clinicity.common.exceptions import Invalid

T = TypeVar("T")
MOST_EVENTS = 50_000
# Of a body that may have so many events. `[[],[],…]` is twenty times as large in memory.
LARGE, MOST_COMMAS = 1024 * 1024, 20 * MOST_EVENTS
# What a decoder raises; the others for thousands of brackets within each other, and for
# text that isn't UTF-8.
UNREADABLE = (msgspec.DecodeError, RecursionError, UnicodeDecodeError)
TOO_MANY = f"Send at most {MOST_EVENTS} events in one request, or a stream of lines."
DEEP = "The JSON is nested too deeply."
NO_UTF8 = "The text is not UTF-8."


@dataclass(frozen=True)
class Part:
    """Some lines of a stream: which stream, what its head says, which line is the first."""

    stream: str
    head: Head
    first: int
    end: int


@dataclass(frozen=True)
class Intake:
    """What one request brings: columns as sent by patient, and what can't be read.

    `patients` keeps the order of first mention; None stands for events that name nobody.
    """

    head: Head
    patients: dict[UUID | None, list[Sent]]
    reasons: Sequence[Reason] = field(default_factory=tuple)
    count: int = 0


OF_EVENTS = {"data_type", "timestamp"}
EVENT, BODY = msgspec.json.Decoder(Event), msgspec.json.Decoder(Body)
HEAD = msgspec.json.Decoder(Head)
LIST = msgspec.json.Decoder(list[Event])
RAW_BATCH, RAW_LIST = msgspec.json.Decoder(RawBatch), msgspec.json.Decoder(list[msgspec.Raw])


def intake_of(body: bytes) -> Intake:
    """Decode a body; raises Invalid when it can't be read at all."""
    if len(body) > LARGE and body.count(b",") > MOST_COMMAS:
        raise Invalid(TOO_MANY)
    try:
        return _intake_of(body)
    except RecursionError as error:
        raise Invalid(DEEP) from error
    except UnicodeDecodeError as error:
        raise Invalid(NO_UTF8) from error


def _intake_of(body: bytes) -> Intake:
    if alike := read_alike(body):
        head, sent = alike
        _demand_size(len(sent.start))
        return Intake(head, {head.patient_id: [sent]}, (), len(sent.start))
    if body.lstrip()[:1] == b"[":
        events = _decoded(LIST, body)
        if events is None:
            return _one_by_one(Head(), _demanded(RAW_LIST, body))
        return _by_patient(Head(), events, range(len(events)), (), len(events))
    found = _decoded(BODY, body)
    if found is None:
        return _of_bad_events(body)
    if found.columns is not msgspec.UNSET:
        return _columns(found, found.columns)
    if found.events is not msgspec.UNSET:
        return _by_patient(found, found.events, range(len(found.events)), (), len(found.events))
    event = _demanded(EVENT, body)
    return Intake(found, {event.patient_id: sent_of([event])}, (), 1)


def _of_bad_events(body: bytes) -> Intake:
    batch = _demanded(RAW_BATCH, body)
    if batch.events is msgspec.UNSET:
        _demanded(BODY, body)  # says what is wrong with it
        return Intake(batch, {})
    return _one_by_one(batch, batch.events)


def _one_by_one(head: Head, raws: list[msgspec.Raw]) -> Intake:
    _demand_size(len(raws))
    events, indexes, reasons = list[Event](), list[int](), list[Reason]()
    for index, raw in enumerate(raws):
        try:
            events.append(EVENT.decode(raw))
            indexes.append(index)
        except msgspec.DecodeError as error:
            reasons.append((index, *_told(error)))
    return _by_patient(head, events, indexes, reasons, len(raws))


def progress_key(stream: str) -> str:
    """Under which key it is kept how far a stream has come."""
    return f"{stream}/progress"


def lines_in(body: bytes, part: Part) -> Intake:
    """Events of a part, a line each; their index is that in the whole stream."""
    events, indexes, reasons = list[Event](), list[int](), list[Reason]()
    for index, line in enumerate(body.split(b"\n"), part.first):
        if not line.strip():
            continue
        try:
            events.append(EVENT.decode(line))
            indexes.append(index)
        except UNREADABLE as error:
            reasons.append((index, *_told(error)))
    return _by_patient(part.head, events, indexes, reasons, max(1, len(events)))


def _by_patient(
    head: Head, events: Sequence[Event], indexes: Sequence[int], reasons: Sequence[Reason],
    count: int,
) -> Intake:  # fmt: skip
    _demand_size(count)
    named = {event.patient_id for event in events}
    if len(named) <= 1:
        who = (named.pop() if named else None) or head.patient_id
        return Intake(head, {who: sent_of(events, indexes)} if events else {}, reasons, count)
    places: dict[UUID | None, list[int]] = {}
    for place, event in enumerate(events):
        places.setdefault(event.patient_id or head.patient_id, []).append(place)
    patients = {
        who: sent_of([events[n] for n in chosen], [indexes[n] for n in chosen])
        for who, chosen in places.items()
    }
    return Intake(head, patients, reasons, count)


def _columns(head: Head, columns: Sequence[Column]) -> Intake:
    sent, first = list[Sent](), 0
    for column in columns:
        sent.append(_sent(column, first))
        first += len(column.start)
    _demand_size(first)
    return Intake(head, {head.patient_id: sent}, (), first)


def _sent(column: Column, first: int) -> Sent:
    """A column's samples; their index goes on from one column to the next."""
    count = len(column.start)
    for name in ("value", "end", "duration_ms", "sequence", "offset_min"):
        given = getattr(column, name)
        if isinstance(given, list) and len(given) != count:
            raise Invalid(f"`{name}` of {column.metric} has {len(given)} entries, not {count}.")
    return Sent(
        column.metric, range(first, first + count), column.start, column.value,
        [column.unit] * count, column.end, column.sequence,
        _filled(column.offset_min, count), _filled(column.duration_ms, count),
    )  # fmt: skip


def _filled(given: int | list[int] | None, count: int) -> list[int] | None:
    return [given] * count if isinstance(given, int) else given


def _demand_size(count: int) -> None:
    if not count:
        raise Invalid("There is no event in the body.")
    if count > MOST_EVENTS:
        raise Invalid(TOO_MANY)


def _decoded(decoder: "msgspec.json.Decoder[T]", body: bytes) -> T | None:
    try:
        return decoder.decode(body)
    except msgspec.ValidationError:
        return None
    except msgspec.DecodeError as error:
        raise Invalid(f"The body is not the JSON of an event: {error}.") from error


def _demanded(decoder: "msgspec.json.Decoder[T]", body: bytes) -> T:
    try:
        return decoder.decode(body)
    except msgspec.DecodeError as error:
        raise Invalid(f"The body is not the JSON of an event: {error}.") from error


def head_of(line: bytes) -> Head | None:
    """What the first line of a stream says of all; None when it is an event already."""
    try:
        names = msgspec.json.decode(line, type=dict[str, msgspec.Raw]).keys()
        is_head = names & set(Head.__struct_fields__) and not names & OF_EVENTS
        return HEAD.decode(line) if is_head else None
    except UNREADABLE:
        return None


def _told(error: Exception) -> tuple[str, str]:
    """The field and the sentence: "Expected `str`, got `int` - at `$.timestamp`"."""
    if isinstance(error, RecursionError):
        return "", DEEP
    if isinstance(error, UnicodeDecodeError):
        return "", NO_UTF8
    text, _, place = str(error).partition(" - at `$")
    name = place.rstrip("`").lstrip(".").split("[")[0]
    missing = text.partition("missing required field `")[2].rstrip("`")
    return name or missing, f"{text}."
