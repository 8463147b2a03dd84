"""Times of files in bulk: texts to milliseconds, local times to UTC, days to their length.

Time zones change their offset at full quarters of an hour, so each quarter that occurs is
looked up once and the rest is numpy.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC as UTC_ZONE
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import numpy.typing as npt

from biometrics.features.columns import Ints

QUARTER_MS, DAY_MS = 900_000, 86_400_000
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001  wall-clock times have no zone
# Stands where a text is no time.
NO_TIME = int(np.iinfo(np.int64).min)
US_LENGTH = len("05/18/15 23:59:59")


@dataclass(frozen=True)
class Times:
    """Starts and durations in ms (UTC), and the local offset at each start in minutes."""

    start_ms: Ints
    duration_ms: Ints
    offset_min: Ints


def wall_ms(texts: Sequence[str]) -> Ints:
    """Milliseconds of the clock that the texts show, NO_TIME where one shows none.

    Reads ISO 8601 with `T` or a space, and Fitbit's `MM/DD/YY HH:MM:SS`. A `Z` is not
    looked at; a time with another offset is turned to UTC.
    """
    try:
        return _all_alike(np.array(texts, dtype="S"))
    except ValueError:
        return np.array([_one(text) for text in texts], dtype=np.int64)


def utc_times(utc_ms: Ints, zone: ZoneInfo, *, lasts_ms: int = 0) -> Times:
    """Times that the file gives in UTC."""
    return Times(utc_ms, np.full_like(utc_ms, lasts_ms), _offsets_of_utc(utc_ms, zone))


def day_times(local_ms: Ints, zone: ZoneInfo) -> Times:
    """The whole local days in which the wall-clock times lie: 23 to 25 hours each."""
    days = local_ms // DAY_MS * DAY_MS
    start = days - _offsets_of_local(days, zone)[0]
    end = days + DAY_MS - _offsets_of_local(days + DAY_MS, zone)[0]
    return Times(start, end - start, _offsets_of_utc(start, zone))


def utc_of_local(local_ms: Ints, zone: ZoneInfo) -> Ints:
    """Each by itself: the earlier one where the clock shows a time twice."""
    return local_ms - _offsets_of_local(local_ms, zone)[0]


class SeriesClock:
    """Turns the local times of one series into UTC, block after block.

    Where clocks go back, the second of two equal local times is the later one: a time
    that would lie before the end of the sample ahead of it is taken an hour later.
    """

    def __init__(self, zone: ZoneInfo, *, lasts_ms: int = 0) -> None:
        self.zone, self.lasts_ms = zone, lasts_ms
        self._free_from = NO_TIME

    def times(self, local_ms: Ints) -> Times:
        early, late = _offsets_of_local(local_ms, self.zone)
        start = local_ms - early
        shift = early - late
        for row in np.flatnonzero(shift > 0):
            if start[row] < (self._after(start[row - 1]) if row else self._free_from):
                start[row] += shift[row]
        if len(start):
            self._free_from = self._after(int(start[-1]))
        return utc_times(start, self.zone, lasts_ms=self.lasts_ms)

    def _after(self, start: int) -> int:
        return start + max(self.lasts_ms, 1)


def _all_alike(texts: npt.NDArray[np.bytes_]) -> Ints:
    """For texts of one shape; raises ValueError where they aren't."""
    if not len(texts):
        return np.array([], dtype=np.int64)
    width = texts.dtype.itemsize
    letters = np.ascontiguousarray(texts).view(np.uint8).reshape(len(texts), width)
    if not letters.all() or width < len("2024-05-18"):
        raise ValueError("Of several lengths.")
    if width == US_LENGTH and (letters[:, 2] == ord("/")).all():
        letters = _iso(letters)
    elif (letters[:, -1] == ord("Z")).all():
        letters = letters[:, :-1]
    shape = f"S{letters.shape[1]}"
    return _checked(np.ascontiguousarray(letters).view(shape).ravel())


def _checked(texts: npt.NDArray[np.bytes_]) -> Ints:
    letters = texts.view(np.uint8).reshape(len(texts), -1)
    # numpy takes an offset with a warning, and years of any length.
    if not (letters[:, 4] == ord("-")).all() or np.isin(letters[:, 10:], list(b"+-Z")).any():
        raise ValueError("Not plain ISO 8601.")
    return texts.astype("M8[ms]").astype(np.int64)


def _iso(letters: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """`MM/DD/YY HH:MM:SS` as `20YY-MM-DDTHH:MM:SS`, letter by letter."""
    iso = np.tile(np.frombuffer(b"20YY-MM-DDTHH:MM:SS", dtype=np.uint8), (len(letters), 1))
    iso[:, 2:4], iso[:, 5:7], iso[:, 8:10] = letters[:, 6:8], letters[:, 0:2], letters[:, 3:5]
    iso[:, 11:] = letters[:, 9:]
    return iso


def _one(text: str) -> int:
    try:
        moment = _moment(text.strip())
    except ValueError:
        return NO_TIME
    if moment.tzinfo:
        moment = moment.astimezone(UTC_ZONE).replace(tzinfo=None)
    return (moment - EPOCH) // timedelta(milliseconds=1)


def _moment(text: str) -> datetime:
    if "/" in text:
        return datetime.strptime(text, "%m/%d/%y %H:%M:%S")  # noqa: DTZ007
    return datetime.fromisoformat(text)


def _offsets_of_local(local_ms: Ints, zone: ZoneInfo) -> tuple[Ints, Ints]:
    """Offsets in ms before and after a change of clocks; equal at all other times."""
    quarters, back = np.unique(local_ms // QUARTER_MS, return_inverse=True)
    walls = [_wall(int(quarter) * QUARTER_MS) for quarter in quarters]
    pairs = [
        (_ms(wall.replace(tzinfo=zone)), _ms(wall.replace(tzinfo=zone, fold=1)))
        for wall in walls
    ]
    found = np.array(pairs, dtype=np.int64).reshape(-1, 2)
    return found[back, 0], found[back, 1]


def _offsets_of_utc(utc_ms: Ints, zone: ZoneInfo) -> Ints:
    quarters, back = np.unique(utc_ms // QUARTER_MS, return_inverse=True)
    moments = [
        _wall(int(quarter) * QUARTER_MS).replace(tzinfo=UTC_ZONE).astimezone(zone)
        for quarter in quarters
    ]
    return np.array([_ms(moment) // 60_000 for moment in moments], dtype=np.int64)[back]


def _wall(wall: int) -> datetime:
    return EPOCH + timedelta(milliseconds=wall)


def _ms(moment: datetime) -> int:
    return (moment.utcoffset() or timedelta(0)) // timedelta(milliseconds=1)
