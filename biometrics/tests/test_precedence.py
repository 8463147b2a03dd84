"""Which device speaks for an hour."""

from uuid import UUID

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from biometrics.features.columns import Columns, columns_of, joined
from biometrics.features.precedence import HOUR_MS, DeviceLane, preferred

WATCH, PHONE, RING = (UUID(int=number) for number in (1, 2, 3))
MINUTE = 60_000
STARTS = st.lists(st.integers(0, 6 * HOUR_MS - 1), max_size=30)
LANES = st.lists(STARTS, min_size=1, max_size=4)


def lane(device: UUID | None, starts: list[int], value: float = 0) -> DeviceLane:
    return device, columns_of(starts, np.full(len(starts), value))


def read(columns: Columns) -> list[tuple[int, float]]:
    return list(zip(columns.start_ms.tolist(), columns.value.tolist(), strict=True))


def test_first_in_order_supplies_its_hours_and_the_next_the_rest() -> None:
    watch = lane(WATCH, [0, MINUTE, 2 * HOUR_MS], 1)
    phone = lane(PHONE, [5 * MINUTE, HOUR_MS, 2 * HOUR_MS + MINUTE], 2)
    assert read(preferred([phone, watch], [WATCH, PHONE])) == [
        (0, 1), (MINUTE, 1), (HOUR_MS, 2), (2 * HOUR_MS, 1),
    ]  # fmt: skip
    assert read(preferred([phone, watch], [PHONE, WATCH])) == [
        (5 * MINUTE, 2), (HOUR_MS, 2), (2 * HOUR_MS + MINUTE, 2),
    ]  # fmt: skip


def test_unnamed_devices_follow_as_given_and_what_names_none_comes_last() -> None:
    nobody, ring, phone = lane(None, [0], 9), lane(RING, [1], 3), lane(PHONE, [2], 2)
    assert read(preferred([nobody, ring, phone], [])) == [(1, 3)]
    assert read(preferred([nobody, phone, ring], [])) == [(2, 2)]
    assert read(preferred([nobody, ring], [WATCH])) == [(1, 3)]
    assert read(preferred([ring, nobody], [None])) == [(0, 9)]


def test_nothing_and_one_device() -> None:
    assert len(preferred([], [WATCH])) == 0
    assert len(preferred([lane(WATCH, [])], [])) == 0
    only = lane(WATCH, [3, 1, 2])
    assert preferred([only, lane(PHONE, [])], [PHONE]).start_ms.tolist() == [1, 2, 3]


def test_hours_before_1970_are_hours_too() -> None:
    found = preferred([lane(WATCH, [-1], 1), lane(PHONE, [0, -HOUR_MS], 2)], [WATCH])
    assert read(found) == [(-1, 1), (0, 2)]


@given(LANES, st.permutations([0, 1, 2, 3]))
def test_agrees_with_the_plain_rule(starts: list[list[int]], places: list[int]) -> None:
    lanes = [lane(UUID(int=n), each, n) for n, each in enumerate(starts)]
    order = [UUID(int=place) for place in places]
    found = preferred(lanes, order)
    expected: list[tuple[int, float]] = []
    taken: set[int] = set()
    for device in order:
        mine = next((columns for key, columns in lanes if key == device), columns_of([], []))
        fresh = [one for one in read(mine) if one[0] // HOUR_MS not in taken]
        expected += fresh
        taken |= {start // HOUR_MS for start, _ in fresh}
    assert sorted(read(found)) == sorted(expected)
    assert np.all(np.diff(found.start_ms) >= 0)
    assert {start // HOUR_MS for start, _ in read(found)} == {
        int(start) // HOUR_MS for start in joined([part for _, part in lanes]).start_ms
    }
