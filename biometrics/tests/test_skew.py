"""The clock of a device, estimated from what it claims and when it arrived."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from biometrics.features.skew import FLAGGED_MS, Skew, estimated, is_off

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
MS = timedelta(milliseconds=1)
SKEWS = st.integers(-40_000_000, 40_000_000)
DELAYS = st.lists(st.integers(0, 120_000), min_size=1, max_size=40)


def after(
    skew_ms: int, delays: list[int], *, before: Skew | None = None, every: timedelta
) -> Skew:
    """The estimate after requests of a device whose clock is `skew_ms` ahead."""
    found, start = before, before.at if before else NOON
    for number, delay in enumerate(delays, 1):
        sent = start + number * every
        found = estimated(found, sent_at=sent + skew_ms * MS, received_at=sent + delay * MS)
    assert found
    return found


@given(SKEWS, DELAYS)
def test_delay_makes_a_clock_look_behind_and_never_ahead(skew: int, delays: list[int]) -> None:
    found = after(skew, delays, every=timedelta(minutes=5))
    assert skew - delays[-1] - 0.01 <= found.ms <= skew - min(delays) + 0.01


@given(SKEWS, DELAYS)
def test_one_request_without_delay_shows_the_clock_as_it_is(
    skew: int, delays: list[int]
) -> None:
    found = after(skew, [*delays, 0], every=timedelta(minutes=5))
    assert found.ms == pytest.approx(skew, abs=0.01)


@given(SKEWS, DELAYS)
def test_order_within_a_moment_does_not_matter(skew: int, delays: list[int]) -> None:
    def sent_together(order: list[int]) -> float:
        found = None
        for delay in order:
            found = estimated(found, sent_at=NOON + (skew - delay) * MS, received_at=NOON)
        assert found
        return found.ms

    assert sent_together(delays) == sent_together(delays[::-1]) == skew - min(delays)


@given(SKEWS, SKEWS, st.integers(60, 3600))
def test_corrected_clock_shows_within_a_day(old: int, new: int, seconds: int) -> None:
    wrong = after(old, [0], every=timedelta(0))
    every = timedelta(seconds=seconds)
    found = after(new, [0] * (86_400 // seconds), before=wrong, every=every)
    left = max(0, old - new) * 0.5 ** (23 / 3)
    assert new - 0.01 <= found.ms <= new + left + 0.01


def test_four_minutes_ahead_corrected_is_no_longer_flagged_the_same_morning() -> None:
    wrong = after(240_000, [0], every=timedelta(0))
    assert is_off(wrong.ms)
    later = after(0, [0] * 7, before=wrong, every=timedelta(hours=1))
    assert not is_off(later.ms)


def test_pair_from_before_the_last_one_forgets_nothing() -> None:
    known = Skew(5_000.0, NOON)
    early = NOON - timedelta(hours=9)
    assert estimated(known, sent_at=early, received_at=early) == known


@pytest.mark.parametrize(
    ("ms", "off"),
    [(None, False), (0, False), (FLAGGED_MS - 1, False), (FLAGGED_MS, True), (-60_000, True)],
)
def test_flagged_from_a_minute_on_either_side(ms: float | None, off: bool) -> None:
    assert is_off(ms) is off
