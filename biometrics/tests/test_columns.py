"""Packing and merging are exact, whatever the order."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from biometrics.features.columns import Columns, columns_of, joined, packed, unpacked
from biometrics.features.merging import merge

EMPTY = columns_of([], [])
samples = st.lists(
    st.tuples(st.integers(0, 6), st.integers(0, 1), st.integers(-1, 1), st.floats(0, 3)),
    max_size=30,
)


def made(rows: list[tuple[int, int, int, float]]) -> Columns:
    return columns_of(
        [row[0] for row in rows],
        [row[3] for row in rows],
        duration_ms=[row[1] for row in rows],
        sequence=[row[2] for row in rows],
    )


def by_hand(old: list, new: list) -> tuple[dict, list[int]]:  # type: ignore[type-arg]
    """The same merge with a dictionary: the definition, in the plainest words."""
    state = {row[:3]: row[3] for row in old}
    counts = [0, 0, 0]
    for row in new:
        known = state.get(row[:3])
        counts[0 if known is None else 1 if known == row[3] else 2] += 1
        state[row[:3]] = row[3]
    return state, counts


def state_of(columns: Columns) -> dict:  # type: ignore[type-arg]
    keys = zip(columns.start_ms, columns.duration_ms, columns.sequence, strict=True)
    return dict(zip(keys, columns.value, strict=True))


@given(samples, samples)
@settings(max_examples=200, deadline=None)
def test_merge_equals_its_definition(old: list, new: list) -> None:  # type: ignore[type-arg]
    before = merge(EMPTY, made(old)).columns
    merged = merge(before, made(new))
    state, counts = by_hand(old, new)
    assert state_of(merged.columns) == state
    assert [merged.accepted, merged.duplicate, merged.corrected] == counts
    assert np.all(np.diff(merged.columns.start_ms) >= 0)


@given(samples)
@settings(max_examples=100, deadline=None)
def test_packing_is_exact(rows: list) -> None:  # type: ignore[type-arg]
    columns = made(rows)
    again = unpacked(packed(columns))
    for name in ("start_ms", "duration_ms", "value", "offset_min", "sequence", "void"):
        assert np.array_equal(getattr(again, name), getattr(columns, name))


def test_minutes_of_a_day_take_little_room() -> None:
    starts = np.arange(1440) * 60_000
    counts = np.random.default_rng(1).poisson(30, 1440)
    assert len(packed(columns_of(starts, counts, duration_ms=60_000))) < 3 * 1440


def test_joining_nothing_gives_nothing() -> None:
    assert len(joined([])) == 0
