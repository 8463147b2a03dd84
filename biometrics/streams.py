"""A stream of lines of any length, stored part by part.

Each part is one transaction under a key of its own (`KEY/FIRST LINE`), so a stream that
is sent again from its beginning stores nothing twice; how far it has come is kept with
each part, and a client that was cut off asks for it and goes on from there (`?from=`).
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import msgspec

from biometrics.admission import TooLarge, Visit
from biometrics.bodies import Part, head_of
from biometrics.knocks import Answer
from biometrics.wire import Head
from clinicity.common.exceptions import Invalid

PART_LINES = 5000
PART_BYTES = 1024 * 1024
LONGEST_LINE = 64 * 1024
# Each part's key is made of it.
LONGEST_KEY = 200
MOST_LINES = 2**60
TOLD = 1000

Store = Callable[[bytes, Part], Awaitable[Answer]]


class LineStream:
    """Whole lines of a body, some thousands at a time; only those are held in memory."""

    def __init__(self, body: AsyncIterator[bytes], visit: Visit) -> None:
        self.body, self.visit = body, visit

    async def parts(self) -> AsyncIterator[list[bytes]]:
        lines, size, rest = list[bytes](), 0, b""
        async for piece in self.body:
            *whole, rest = (rest + piece).split(b"\n")
            if max(map(len, [*whole, rest])) > LONGEST_LINE:
                raise TooLarge(f"A line has at most {LONGEST_LINE // 1024} KiB.")
            for line in whole:
                lines.append(line)
                size += len(line) + 1
                if len(lines) >= PART_LINES or size >= PART_BYTES:
                    yield lines
                    self.visit.let_go(size)
                    lines, size = [], 0
        if rest:
            lines.append(rest)
        if lines:
            yield lines


@dataclass
class Told:
    """What a stream is answered at its end: the sums of its parts."""

    lines: int = 0
    accepted: int = 0
    duplicate: int = 0
    corrected: int = 0
    rejected: int = 0
    implausible: int = 0
    reasons: list[Any] = field(default_factory=list)
    receipts: list[str] = field(default_factory=list)

    def add(self, answer: Answer) -> None:
        document = msgspec.json.decode(answer.body)
        for receipt in document.get("receipts", [document]):
            for name in ("accepted", "duplicate", "corrected", "rejected", "implausible"):
                setattr(self, name, getattr(self, name) + receipt[name])
            self.reasons += receipt["reasons"][: TOLD - len(self.reasons)]
            if len(self.receipts) < TOLD:
                self.receipts.append(receipt["id"])

    def add_refused(self, answer: Answer) -> bool:
        """A part of which no line can be kept stops nothing: its lines are rejected."""
        document = msgspec.json.decode(answer.body)
        if not document.get("rejected_count"):
            return False
        self.rejected += document["rejected_count"]
        self.reasons += document["rejected"][: TOLD - len(self.reasons)]
        return True


async def stream_answer(lines: LineStream, query: bytes, key: str, store: Store) -> Answer:
    """Store every part; a refusal ends the stream and says which line is the next."""
    if len(key) > LONGEST_KEY:
        raise Invalid(f"The key of a stream has at most {LONGEST_KEY} characters.")
    head, told = _asked(query)
    is_first = True
    async for part in lines.parts():
        if is_first and (found := head_of(part[0])):
            head = _both(head, found)
            part = part[1:]
        is_first = False
        if not part:
            continue
        end = told.lines + len(part)
        answer = await store(b"\n".join(part), Part(key, head, told.lines, end))
        if answer.status == HTTPStatus.CREATED:
            told.add(answer)
        elif not told.add_refused(answer):
            return _stopped(answer, told)
        told.lines = end
    if not told.lines:
        raise Invalid("There is no line in the stream.")
    return Answer(HTTPStatus.CREATED, msgspec.json.encode(told))


def _asked(query: bytes) -> tuple[Head, Told]:
    """`?patient_id=…&device_id=…&from=…`: what all lines have in common, and their first."""
    given = {name: values[-1] for name, values in parse_qs(query.decode("latin-1")).items()}
    try:
        patient, device = (
            UUID(given[name]) if name in given else None for name in ("patient_id", "device_id")
        )
        first = int(given.get("from", "0"))
    except ValueError as error:
        raise Invalid("`patient_id` and `device_id` are ids, `from` is a line.") from error
    if not 0 <= first < MOST_LINES:
        raise Invalid("`from` is the number of a line, from 0.")
    return Head(patient_id=patient, device_id=device), Told(lines=first)


def _both(asked: Head, found: Head) -> Head:
    """What the first line says, and of the rest what the address says."""
    found.patient_id = found.patient_id or asked.patient_id
    found.device_id = found.device_id or asked.device_id
    return found


def _stopped(answer: Answer, told: Told) -> Answer:
    """The refusal, with how far the stream has come."""
    document = msgspec.json.decode(answer.body) | {"lines": told.lines}
    return Answer(
        answer.status, msgspec.json.encode(document), answer.media_type, answer.headers
    )
