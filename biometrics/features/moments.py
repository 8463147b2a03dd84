"""Times as text, read by the thousand: RFC 3339 to milliseconds since 1970. Pure numpy.

`datetime.fromisoformat` takes a microsecond a time, and that is most of what a batch of
5,000 costs. Here texts of one length are a matrix of bytes, with a row for each place in
them; dates and zones, which are the same in text after text, are read where they change.
What doesn't look like a time exactly is left to the careful way, which has words for what
is wrong.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from biometrics.features.columns import Ints, Mask

# 2024-03-01T08:15:30, and what may follow: Z, +01:00, .123Z, .123456+01:00 …
DATE_END, SECONDS_END = 10, 19
YEAR, MONTH, DAY = slice(4), slice(5, 7), slice(8, 10)
# Clocks have been set no further from UTC.
FURTHEST_MIN = 18 * 60
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
    sizes = [len(text) if text.isascii() else 0 for text in texts]
    if len(set(sizes)) == 1:
        return _of_one_length(texts)
    found, size_of = _unsure(len(texts)), np.array(sizes)
    for size in set(sizes):
        places = np.flatnonzero(size_of == size)
        part = _of_one_length([texts[place] for place in places.tolist()])
        found.ms[places], found.offset_min[places] = part.ms, part.offset_min
        found.unsure[places] = part.unsure
    return found


def _unsure(count: int) -> Moments:
    zeros = np.zeros(count, dtype=np.int64)
    return Moments(zeros, zeros.copy(), np.ones(count, dtype=bool))


def _of_one_length(texts: Sequence[str]) -> Moments:
    if len(texts[0]) <= SECONDS_END or not texts[0].isascii():
        return _unsure(len(texts))
    together = "".join(texts).encode()
    by_text = np.frombuffer(together, dtype=np.uint8).reshape(len(texts), -1)
    chars = np.ascontiguousarray(by_text.T)
    good = (chars[10] == ord("T")) | (chars[10] == ord(" ")) | (chars[10] == ord("t"))
    for place, separator in SEPARATORS.items():
        good &= chars[place] == ord(separator)
    days = _where_changed(_days, chars[:DATE_END], good)
    hour, minute, second = (_number(chars[at : at + 2], good) for at in (11, 14, 17))
    good &= (hour < 24) & (minute < 60) & (second < 60)
    fraction, zone_at = _fraction(chars, good)
    offset = _where_changed(_offset, chars[zone_at:], good)
    minutes = days * 1440 + hour * 60 + minute - offset
    return Moments(minutes * 60_000 + second * 1000 + fraction, offset, ~good)


def _where_changed(read: Callable[[Bytes, Mask], Ints], chars: Bytes, good: Mask) -> Ints:
    """Read those texts that differ from the one before; the others are as that one."""
    first = np.ones(chars.shape[1], dtype=bool)
    first[1:] = (chars[:, 1:] != chars[:, :-1]).any(axis=0)
    heads, of = np.flatnonzero(first), np.cumsum(first) - 1
    fine = np.ones(len(heads), dtype=bool)
    found = read(chars[:, heads], fine)
    good &= fine[of]
    spread: Ints = found[of]
    return spread


def _number(chars: Bytes, good: Mask) -> Ints:
    """The number whose digits are the rows; a text with anything else is no good."""
    found = np.zeros(chars.shape[1], dtype=np.int64)
    for row in chars:
        digit = row - ord("0")  # of anything but a digit more than 9: these are bytes
        good &= digit <= 9
        found = found * 10 + digit
    return found


def _days(chars: Bytes, good: Mask) -> Ints:
    """Days since 1970 in the Gregorian calendar, by counting years from March."""
    year, month, day = (_number(chars[at], good) for at in (YEAR, MONTH, DAY))
    good &= (month >= 1) & (month <= 12)
    month = np.clip(month, 1, 12)
    leap = (month == 2) & (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    good &= (day >= 1) & (day <= MONTH_DAYS[month - 1] + leap)
    year = year - (month <= 2)
    era, of_era = year // 400, year % 400
    of_year = (153 * ((month + 9) % 12) + 2) // 5 + day - 1
    days: Ints = era * 146_097 + of_era * 365 + of_era // 4 - of_era // 100 + of_year - 719_468
    return days


def _fraction(chars: Bytes, good: Mask) -> tuple[Ints | int, int]:
    """Milliseconds of the fraction, and where the zone begins; one layout for all texts."""
    if chars[SECONDS_END, 0] != ord("."):
        return 0, SECONDS_END
    end = SECONDS_END + 1
    while end < len(chars) and ord("0") <= chars[end, 0] <= ord("9"):
        end += 1
    if not SECONDS_END + 1 < end <= SECONDS_END + 10:
        good[:] = False
        return 0, SECONDS_END
    good &= chars[SECONDS_END] == ord(".")
    parts, size = _number(chars[SECONDS_END + 1 : end], good), end - SECONDS_END - 1
    microseconds = parts * 10**6 // 10**size  # `fromisoformat` knows no finer ones either
    return np.rint(microseconds / 1000).astype(np.int64), end


def _offset(chars: Bytes, good: Mask) -> Ints:
    """Minutes east of UTC: `Z`, `+01:00` or `+0100`."""
    nothing = np.zeros(chars.shape[1], dtype=np.int64)
    if len(chars) == len("Z"):
        good &= (chars[0] == ord("Z")) | (chars[0] == ord("z"))
        return nothing
    if len(chars) not in (len("+0100"), len("+01:00")):
        good[:] = False
        return nothing
    good &= (chars[0] == ord("-")) | (chars[0] == ord("+"))
    if len(chars) == len("+01:00"):
        good &= chars[3] == ord(":")
    hours, minutes = _number(chars[1:3], good), _number(chars[-2:], good)
    east = hours * 60 + minutes
    good &= (east <= FURTHEST_MIN) & (minutes < 60)
    return np.where(chars[0] == ord("-"), -east, east)
