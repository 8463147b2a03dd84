"""Apple's times, `2024-03-01 08:15:30 +0100`, a whole column at once. Pure numpy."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from biometrics.features.columns import Ints, Mask

WIDTH = 25
PAIRS = np.array([0, 2, 5, 8, 11, 14, 17, 21, 23])
DIGITS = np.sort(np.concatenate([PAIRS, PAIRS + 1]))
MARKS = {4: b"-", 7: b"-", 10: b" ", 13: b":", 16: b":", 19: b" "}
PLUS, MINUS, ZERO = b"+-0"
FIRST_YEAR = 1970
# Days since 1970 at which each month begins, up to 2100.
MONTHS = np.arange("1970-01", "2101-01", dtype="datetime64[M]").astype("datetime64[D]")
MONTH_DAYS = MONTHS.astype(np.int64)


@dataclass(frozen=True)
class Moments:
    """A column of times: ms UTC, UTC offset in minutes, and which of them are times."""

    ms: Ints
    offset_min: Ints
    good: Mask


def moments(texts: Sequence[bytes]) -> Moments:
    """Every text is 25 bytes long; what is no time of 1970 … 2100 is marked as not good."""
    letters = np.frombuffer(b"".join(texts), dtype=np.uint8).reshape(-1, WIDTH).T
    figures = letters - np.uint8(ZERO)  # anything but a digit becomes more than 9
    good = ~np.any(figures[DIGITS] > 9, axis=0)
    for place, mark in MARKS.items():
        good &= letters[place] == ord(mark)
    good &= (letters[20] == PLUS) | (letters[20] == MINUS)
    numbers = figures[PAIRS].astype(np.int64) * 10 + figures[PAIRS + 1]
    century, year, month, day, hour, minute, second, zone_hour, zone_minute = numbers
    days, real = _days(century * 100 + year, month, day)
    good &= real & (hour < 24) & (minute < 60) & (second < 60)
    good &= (zone_hour <= 14) & (zone_minute < 60)
    offset = np.where(letters[20] == MINUS, -1, 1) * (zone_hour * 60 + zone_minute)
    minutes = (days * 24 + hour) * 60 + minute - offset
    return Moments((minutes * 60 + second) * 1000, offset, good)


def _days(year: Ints, month: Ints, day: Ints) -> tuple[Ints, Mask]:
    """Days since 1970, and whether the calendar has that day."""
    index = (year - FIRST_YEAR) * 12 + month - 1
    real = (month >= 1) & (month <= 12) & (index >= 0) & (index < len(MONTH_DAYS) - 1)
    index = np.where(real, index, 0)
    length = MONTH_DAYS[index + 1] - MONTH_DAYS[index]
    return MONTH_DAYS[index] + day - 1, real & (day >= 1) & (day <= length)
