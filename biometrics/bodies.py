"""Bodies of `POST biometric-events`, decoded into samples. Pure.

One event `{"patient_id", "data_type", "timestamp", "data": {"bpm": 72}}`, several under
`{"patient_id", "events": […]}`, or a list of events that all name the same patient.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

import msgspec

from biometrics.features.columns import NO_SEQUENCE
from biometrics.metrics import metric_of
from biometrics.samples import Sample, value_in
from clinicity.common.exceptions import Invalid

T = TypeVar("T")
MOST_EVENTS = 50_000


class Event(msgspec.Struct):
    """One measurement as devices send it."""

    data_type: str
    timestamp: datetime
    data: dict[str, Any] = {}
    patient_id: UUID | None = None
    value: float | None = None
    unit: str = ""
    end: datetime | None = None
    sequence: int = NO_SEQUENCE


class Batch(msgspec.Struct):
    """Many measurements of one patient."""

    patient_id: UUID
    events: list[msgspec.Raw]
    device_id: UUID | None = None


@dataclass(frozen=True)
class Intake:
    """What one request brings: good samples, and the reasons for the others by index."""

    patient_id: UUID
    samples: Sequence[Sample]
    indexes: Sequence[int]
    reasons: Sequence[tuple[int, str]]
    device_id: UUID | None = None


def intake_of(body: bytes) -> Intake:
    """Decode a body; raises Invalid when it can't be read at all.

    A bad event among good ones is no such case: it becomes a reason under its index.
    """
    try:
        document = msgspec.json.decode(body, type=dict[str, msgspec.Raw] | list[msgspec.Raw])
    except msgspec.DecodeError as error:
        raise Invalid(f"The body is not the JSON of an event: {error}.") from error
    if isinstance(document, dict) and "events" in document:
        batch = _decoded(body, Batch)
        return _intake(batch.events, batch.patient_id, batch.device_id)
    if isinstance(document, dict):
        return _single(body)
    return _intake(document, None, None)


def _single(body: bytes) -> Intake:
    event = _decoded(body, Event)
    if event.patient_id is None:
        raise Invalid("`patient_id` is missing.", errors={"patient_id": ["This is needed."]})
    return Intake(event.patient_id, [_sample(event)], [0], [])


def _intake(events: list[msgspec.Raw], patient_id: UUID | None, device: UUID | None) -> Intake:
    if not events:
        raise Invalid("There is no event in the body.")
    if len(events) > MOST_EVENTS:
        raise Invalid(f"Send at most {MOST_EVENTS} events in one request.")
    samples, indexes, reasons = [], [], []
    for index, raw in enumerate(events):
        try:
            event = _decoded(bytes(raw), Event)
            patient_id = _same_patient(patient_id, event.patient_id)
            samples.append(_sample(event))
            indexes.append(index)
        except Invalid as refusal:
            reasons.append((index, refusal.detail))
    if patient_id is None:
        raise Invalid("No event names its `patient_id`.")
    return Intake(patient_id, samples, indexes, reasons, device)


def _same_patient(known: UUID | None, named: UUID | None) -> UUID | None:
    if known and named and known != named:
        raise Invalid("wrong_patient: one request carries one patient's events.")
    return known or named


def _sample(event: Event) -> Sample:
    metric = metric_of(event.data_type)
    value = value_in(event.data, metric) if event.value is None else event.value
    unit = event.unit or str(event.data.get("unit", ""))
    return Sample(metric.code, event.timestamp, value, unit, event.end, event.sequence)


def _decoded(body: bytes, shape: type[T]) -> T:
    try:
        return msgspec.json.decode(body, type=shape)
    except msgspec.DecodeError as error:
        raise Invalid(f"{error}.") from error
