"""Fitbit's JSON files, block by block.

What their times mean, as nothing in them says so (the export is not documented):

- steps, distance, calories, heart_rate: UTC, although each file is bounded by the local
  day. So the notes of a Takeout of 2026 that others published, and so PMData: steps taken
  while asleep are 2,776 where minutes are read as UTC and 44,141 where they are read as
  Norwegian time (p03); 9,153 and 96,613 (p10).
- exercise: UTC. In PMData the steps of the minutes in a session are then its own to 4–5 %,
  an hour off they differ by 78–93 %.
- sleep: local, on the clock at waking up, and running on through a change of clocks: p03 of
  PMData woke at 08:25 of 29 March 2020 and walked at 06:27 UTC, and in all 1,317 nights
  with stages the levels follow each other without the jump.
- the daily files, weight: local.

Distances are centimetres. A heart rate of confidence 0 is Fitbit's filler, not a beat.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import IO, Any, Generic, TypeVar
from zoneinfo import ZoneInfo

import msgspec
import numpy as np

from biometrics.features.columns import Floats, Ints
from biometrics.importers.base import Reason
from biometrics.importers.clock import day_times, utc_times
from biometrics.importers.json_blocks import json_blocks
from biometrics.importers.tables import Table, Timing, measured

FITBIT_DEVICE = "Fitbit"
MINUTE_MS = 60_000
Item = TypeVar("Item")


class Record(msgspec.Struct, rename="camel"):
    """What all entries of the export have in common: names in camel case."""


class Point(Record):
    date_time: str
    value: float


class Beat(Record):
    bpm: float
    confidence: int = 3


class HeartPoint(Record):
    date_time: str
    value: Beat


class Resting(Record):
    value: float


class RestingPoint(Record):
    date_time: str
    value: Resting


class Fitness(Record):
    value: float = msgspec.field(name="filteredDemographicVO2Max")


class FitnessPoint(Record):
    date_time: str
    value: Fitness


@dataclass(frozen=True)
class Decoded(Generic[Item]):
    """Entries of a block that are what they should be, with their numbers."""

    total: int
    records: Ints
    items: list[Item]
    reasons: list[Reason]


class Decoder(Generic[Item]):
    """Decodes a block at once, or one by one where an entry of it isn't as it should be."""

    def __init__(self, kind: type[Item]) -> None:
        # Daily figures are numbers in quotes.
        self._many = msgspec.json.Decoder(list[kind], strict=False)  # type: ignore[valid-type]
        self._one = msgspec.json.Decoder(kind, strict=False)

    def decode(self, block: bytes) -> Decoded[Item]:
        try:
            items = self._many.decode(block)
        except msgspec.DecodeError:
            return self._one_by_one(block)
        return Decoded(len(items), np.arange(len(items)), items, [])

    def _one_by_one(self, block: bytes) -> Decoded[Item]:
        try:
            parts = msgspec.json.decode(block, type=list[msgspec.Raw])
        except msgspec.DecodeError as error:
            why = f"Some records in a row are no JSON: {error}"
            return Decoded(1, np.arange(0), [], [(0, why)])
        found, reasons = [], []
        for number, part in enumerate(parts):
            try:
                found.append((number, self._one.decode(part)))
            except msgspec.DecodeError as error:
                reasons.append((number, f"The record is not as Fitbit writes it: {error}"))
        records = np.array([number for number, _ in found], dtype=np.int64)
        return Decoded(len(parts), records, [item for _, item in found], reasons)


# Reads one file: a block of its entries after the other, with what it must remember.
Reader = Callable[[bytes], Table]


def json_tables(file: IO[bytes], reader: Reader) -> Iterator[Table]:
    """Tables of a file's blocks; raises Unreadable where it breaks off."""
    for block in json_blocks(file):
        yield reader(block)


def _minutes(zone: ZoneInfo) -> Timing:
    return partial(utc_times, zone=zone, lasts_ms=MINUTE_MS)


def _instants(zone: ZoneInfo) -> Timing:
    return partial(utc_times, zone=zone)


def _days(zone: ZoneInfo) -> Timing:
    return partial(day_times, zone=zone)


@dataclass(frozen=True)
class Points:
    """Files of `dateTime` and `value`, one metric each."""

    metric: str
    timing: Callable[[ZoneInfo], Timing]
    kind: type[Any] = Point
    factor: float = 1.0
    # A value that stands for none, and what to call it.
    missing: float = np.nan
    missing_name: str = ""

    def __call__(self, zone: ZoneInfo) -> Reader:
        decoder, timing = Decoder(self.kind), self.timing(zone)
        return lambda block: self._table(decoder.decode(block), timing)

    def _table(self, decoded: Decoded[Any], timing: Timing) -> Table:
        values = self._values(decoded.items)
        gone = values == self.missing
        texts = [
            item.date_time for item, drop in zip(decoded.items, gone, strict=True) if not drop
        ]
        series, reasons = measured(
            decoded.records[~gone], texts, values[~gone] * self.factor, timing
        )
        ignored = {self.missing_name: decoded.records[gone]} if gone.any() else {}
        return Table(
            decoded.total, {(FITBIT_DEVICE, self.metric): series},
            [*decoded.reasons, *reasons], ignored,
        )  # fmt: skip

    def _values(self, items: list[Any]) -> Floats:
        if self.kind is Point:
            return np.array([item.value for item in items], dtype=float)
        if self.kind is HeartPoint:
            pairs = [(item.value.bpm, item.value.confidence) for item in items]
            found = np.array(pairs, dtype=float).reshape(-1, 2)
            return np.where(found[:, 1] == 0, self.missing, found[:, 0])
        return np.array([item.value.value for item in items], dtype=float)


POINTS: Mapping[str, Points] = {
    "steps": Points("steps", _minutes),
    "distance": Points("distance", _minutes, factor=0.01),
    "calories": Points("total_energy", _minutes),
    "heart_rate": Points(
        "heart_rate", _instants, HeartPoint,
        missing=0.0, missing_name="heart_rate of confidence 0",
    ),
    "resting_heart_rate": Points(
        "resting_heart_rate", _days, RestingPoint,
        missing=0.0, missing_name="resting_heart_rate 0 (missing)",
    ),
    "sedentary_minutes": Points("sedentary_time", _days),
    "lightly_active_minutes": Points("light_activity", _days),
    "moderately_active_minutes": Points("moderate_activity", _days),
    "very_active_minutes": Points("vigorous_activity", _days),
    "demographic_vo2_max": Points("vo2_max", _days, FitnessPoint),
}  # fmt: skip


def uncounted(name: str) -> Reader:
    """Of a kind that has no metric: counted by its name."""
    decoder = Decoder(msgspec.Raw)

    def read(block: bytes) -> Table:
        decoded = decoder.decode(block)
        return Table(decoded.total, {}, decoded.reasons, {name: decoded.records})

    return read
