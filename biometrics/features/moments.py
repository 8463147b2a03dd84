"""Times as text, read by the thousand: RFC 3339 to milliseconds since 1970. Pure numpy.

`datetime.fromisoformat` takes a microsecond a time, and that is most of what a batch of
5,000 costs. Here a column of texts of one length is one matrix of bytes. What doesn't
look like a time exactly is left to the careful way, which has words for what is wrong.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from biometrics.features.columns import Ints, Mask

DAY_MS = 86_400_000
# 2024-03-01T08:15:30, and what may follow: Z, +01:00, .123Z, .123456+01:00 …
SECONDS_END = 19
SEPARATORS = {4: "-", 7: "-", 13: ":", 16: ":"}
MONTH_DAYS = np.array([31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31])
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Moments:
    """Times in ms UTC with their offsets (min); where `unsure`, neither means anything."""

    ms: Ints
    offset_min: Ints
    unsure: Mask


def moments(texts: Sequence[str]) -> Moments:
    """Read a column of times. Anything unusual is marked, never guessed."""
    lengths = {len(text) for text in texts}
    if len(lengths) == 1 and "".join(texts).isascii():
        return _of_one_length(texts, lengths.pop())
    zeros = np.zeros(len(texts), dtype=np.int64)
    found = Moments(zeros, zeros.copy(), _all(texts))
    sizes = np.array([len(text) if text.isascii() else 0 for text in texts])
    for size in set(sizes.tolist()):
        places = np.flatnonzero(sizes == size)
        part = _of_one_length([texts[place] for place in places.tolist()], int(size))
        found.ms[places], found.offset_min[places] = part.ms, part.offset_min
        found.unsure[places] = part.unsure
    return found


def _all(texts: Sequence[str]) -> Mask:
    return np.ones(len(texts), dtype=bool)


def _of_one_length(texts: Sequence[str], length: int) -> Moments:
    zeros = np.zeros(len(texts), dtype=np.int64)
    if length <= SECONDS_END:
        return Moments(zeros, zeros, _all(texts))
    chars = np.frombuffer("".join(texts).encode(), dtype=np.uint8).reshape(-1, length)
    good = np.ones(len(texts), dtype=bool)
    for place, separator in SEPARATORS.items():
        good &= chars[:, place] == ord(separator)
    good &= (chars[:, 10] == ord("T")) | (chars[:, 10] == ord(" ")) | (chars[:, 10] == ord("t"))
    seconds, good = _seconds(chars, good)
    fraction, zone_at, good = _fraction(chars, good)
    offset, good = _offset(chars, zone_at, good)
    return Moments(seconds * 1000 + fraction - offset * 60_000, offset, ~good)


def _number(chars: Bytes, first: int, last: int, good: Mask) -> tuple[Ints, Mask]:
    digits = chars[:, first:last].astype(np.int64) - ord("0")
    good = good & ((digits >= 0) & (digits <= 9)).all(axis=1)
    return digits @ (10 ** np.arange(last - first - 1, -1, -1)), good


def _seconds(chars: Bytes, good: Mask) -> tuple[Ints, Mask]:
    year, good = _number(chars, 0, 4, good)
    month, good = _number(chars, 5, 7, good)
    day, good = _number(chars, 8, 10, good)
    hour, good = _number(chars, 11, 13, good)
    minute, good = _number(chars, 14, 16, good)
    second, good = _number(chars, 17, 19, good)
    good = good & (month >= 1) & (month <= 12) & (hour < 24) & (minute < 60) & (second < 60)
    month = np.clip(month, 1, 12)
    leap = (month == 2) & (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    good = good & (day >= 1) & (day <= MONTH_DAYS[month - 1] + leap)
    return _days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second, good


def _days(year: Ints, month: Ints, day: Ints) -> Ints:
    """Days since 1970 in the Gregorian calendar, by counting years from March."""
    year = year - (month <= 2)
    era, of_era = year // 400, year % 400
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    return era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468


def _fraction(chars: Bytes, good: Mask) -> tuple[Ints, int, Mask]:
    """Milliseconds of the fraction, and where the zone begins; one layout for all rows."""
    if chars[0, SECONDS_END] != ord("."):
        return np.zeros(len(chars), dtype=np.int64), SECONDS_END, good
    end = SECONDS_END + 1
    while end < chars.shape[1] and ord("0") <= chars[0, end] <= ord("9"):
        end += 1
    if not SECONDS_END + 1 < end <= SECONDS_END + 10:
        return np.zeros(len(chars), dtype=np.int64), SECONDS_END, np.zeros_like(good)
    good = good & (chars[:, SECONDS_END] == ord("."))
    parts, good = _number(chars, SECONDS_END + 1, end, good)
    size = end - SECONDS_END - 1
    microseconds = parts * 10**6 // 10**size  # `fromisoformat` knows no finer ones either
    return np.rint(microseconds / 1000).astype(np.int64), end, good


def _offset(chars: Bytes, zone_at: int, good: Mask) -> tuple[Ints, Mask]:
    """Minutes east of UTC: `Z`, `+01:00` or `+0100`."""
    zone = chars[:, zone_at:]
    if zone.shape[1] == 1:
        zulu = (zone[:, 0] == ord("Z")) | (zone[:, 0] == ord("z"))
        return np.zeros(len(chars), dtype=np.int64), good & zulu
    if zone.shape[1] not in (5, 6):
        return np.zeros(len(chars), dtype=np.int64), np.zeros_like(good)
    sign = np.where(zone[:, 0] == ord("-"), -1, 1)
    good = good & ((zone[:, 0] == ord("-")) | (zone[:, 0] == ord("+")))
    if zone.shape[1] == 6:
        good = good & (zone[:, 3] == ord(":"))
    hours, good = _number(zone, 1, 3, good)
    minutes, good = _number(zone, zone.shape[1] - 2, zone.shape[1], good)
    east = hours * 60 + minutes
    return sign * east, good & (east <= 18 * 60) & (minutes < 60)
