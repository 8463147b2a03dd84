"""What clients send as JSON, as it is decoded. The words are explained in `bodies.py`."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec

from biometrics.features.columns import NO_SEQUENCE


class Event(msgspec.Struct, gc=False):
    """One measurement as devices send it: a `Sample` under its names in JSON."""

    metric: str = msgspec.field(name="data_type")
    start: str = msgspec.field(name="timestamp")
    data: dict[str, Any] | None = None
    patient_id: UUID | None = None
    value: float | None = None
    unit: str = ""
    end: str | None = None
    sequence: int = NO_SEQUENCE


class Column(msgspec.Struct, gc=False):
    """Many measurements of one metric, by column. Times are RFC 3339 or ms since 1970."""

    metric: str = msgspec.field(name="data_type")
    start: list[str | int] = msgspec.field(name="timestamp")
    value: list[Any] = []
    unit: str = ""
    end: list[str | int | None] | None = None
    duration_ms: int | list[int] | None = None
    sequence: list[int] | None = None
    offset_min: int | list[int] | None = None


class Head(msgspec.Struct, gc=False):
    """What a request says of all its events."""

    patient_id: UUID | None = None
    device_id: UUID | None = None
    # By the device's own clock, when it sent this: tells how far that clock is off.
    sent_at: datetime | None = None
    battery_percent: Annotated[float, msgspec.Meta(ge=0, le=100)] | None = None
    atomic: bool = False


class Body(Head):
    """Either of the forms that name a patient once."""

    events: list[Event] | msgspec.UnsetType = msgspec.UNSET
    columns: list[Column] | msgspec.UnsetType = msgspec.UNSET


class RawBatch(Head):
    """A batch before its events are decoded, for telling which of them is bad."""

    events: list[msgspec.Raw] | msgspec.UnsetType = msgspec.UNSET
