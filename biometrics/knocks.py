"""Requests at the door, and what they are answered."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from http import HTTPStatus

import msgspec

from biometrics.bearers import Bearer, bearer_of
from biometrics.bodies import Part
from biometrics.features.payload import Lane
from biometrics.intake import Parcel, parcel_of
from biometrics.services.state import Wanted, wanted_for
from biometrics.services.storing import Deposit
from clinicity.accounts import idempotency
from clinicity.common.actors import Actor
from clinicity.common.exceptions import DomainError
from clinicity.common.problems import MEDIA_TYPE, problem_of

PATH = "/api/v1/biometric-events"


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


def problem_answer(refusal: DomainError) -> Answer:
    document = problem_of(refusal)
    wait = refusal.extra.get("retry_after")
    headers = [(b"retry-after", str(wait).encode())] if wait else []
    return Answer(document["status"], msgspec.json.encode(document), MEDIA_TYPE, headers)


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
    # How much of the sender's limit is left, as fields of the answer.
    limits: Sequence[tuple[bytes, bytes]] = ()

    @property
    def told(self) -> Answer | None:
        """The answer, with what is left of the limit."""
        if self.answer is None or not self.limits:
            return self.answer
        return replace(self.answer, headers=(*self.answer.headers, *self.limits))

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

    def wanted(self) -> set[Wanted]:
        """The segments that its samples touch."""
        device = self.parcel.device_id
        found: set[Wanted] = set()
        for patient_id, part in self.parcel.found.items():
            for metric, samples in part.columns.items():
                lane: Lane = (device, metric)
                found |= wanted_for(patient_id, lane, samples)
        return found

    def refuse(self, refusal: DomainError) -> None:
        self.answer = problem_answer(refusal)
