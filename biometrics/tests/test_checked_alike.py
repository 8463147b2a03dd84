"""Many samples are checked as a column, few one by one: both must say the same."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from biometrics.features.columns import NAMES
from biometrics.samples import FEW, Sent, checked

NOW = datetime(2026, 4, 1, 12, tzinfo=UTC)
NOW_MS = round(NOW.timestamp() * 1000)
AHEAD_MS = 5 * 60_000
LISTS = ("start", "value", "unit", "end", "sequence", "offset_min", "duration_ms")

times_ms = st.sampled_from(
    [0, -1, 1, NOW_MS - 1, NOW_MS, NOW_MS + AHEAD_MS, NOW_MS + AHEAD_MS + 1, 2**63 - 1, 2**70]
) | st.integers(0, NOW_MS)
texts = st.builds(
    lambda moment, fraction, zone: f"{moment:%Y-%m-%dT%H:%M:%S}{fraction}{zone}",
    st.datetimes(datetime(1969, 12, 31), datetime(2026, 4, 2)),  # noqa: DTZ001  on purpose
    st.sampled_from(
        ["", ".5", ".123", ".0005", ".0015", ".999500", ".0004999", ".0005001", ".123456789"]
    ),
    st.sampled_from(["Z", "z", "+02:00", "-03:30", "+0545", "", "+25:00"]),
)
edge = timedelta(minutes=5)
at_the_edge = st.integers(-1500, 1500).map(
    lambda us: (NOW + edge + timedelta(microseconds=us)).isoformat(timespec="microseconds")
)
start = (
    texts | at_the_edge | times_ms
    | st.sampled_from(["", "yesterday", "2026-02-30T00:00:00Z", NOW, NOW.replace(tzinfo=None)])
)  # fmt: skip
value = (
    st.integers(0, 300) | st.floats(0, 300)
    | st.sampled_from(
        [float("nan"), float("inf"), 1e308, 2**64, 10**400, True, False, None, "72", [], {}]
    )
)  # fmt: skip
unit = st.sampled_from(["", "", "", "bpm", "/min", "Hz", "mmHg", None, 5, ["bpm"], {}])
numbers = st.sampled_from(
    [-2, -1, 0, 1, 59, 1080, 1081, -1081, 2**62, 2**63 - 1, 2**63, 10**30]
)


def column(draw: Any, element: Any, size: int, *, usual: Any) -> list[Any]:
    """Often the same throughout, as it is sent; sometimes anything anywhere."""
    if draw(st.booleans()):
        return [draw(usual)] * size
    mixed = element if draw(st.booleans()) else usual
    return draw(st.lists(mixed, min_size=size, max_size=size))  # type: ignore[no-any-return]


@st.composite
def sent(draw: Any) -> Sent:
    size = draw(st.integers(FEW, FEW + 12))
    few = st.integers(0, 100)

    def perhaps(element: Any, usual: Any) -> list[Any] | None:
        return column(draw, element, size, usual=usual) if draw(st.booleans()) else None

    return Sent(
        draw(st.sampled_from(["heart_rate", "steps", "body_temperature"])),
        range(7, 7 + size),
        column(draw, start, size, usual=texts if draw(st.booleans()) else times_ms),
        column(draw, value, size, usual=st.floats(30, 200) | few),
        column(draw, unit, size, usual=st.sampled_from(["", "bpm", "Hz"])),
        perhaps(start | st.none(), texts | st.none()),
        perhaps(numbers, few),
        perhaps(numbers, few),
        perhaps(numbers, few),
    )


def one_by_one(whole: Sent) -> tuple[dict[str, list[Any]], list[Any]]:
    rows: dict[str, list[Any]] = {name: [] for name in NAMES}
    reasons = []
    for place, index in enumerate(whole.indexes):
        lists = {name: getattr(whole, name) for name in LISTS}
        alone = replace(
            whole, indexes=[index],
            **{name: None if held is None else [held[place]] for name, held in lists.items()},
        )  # fmt: skip
        found = checked([alone], now=NOW)
        reasons += found.reasons
        for part in found.columns.values():
            for name in NAMES:
                rows[name] += getattr(part, name).tolist()
    return rows, reasons


@settings(max_examples=400, deadline=None)
@given(sent())
def test_a_column_is_checked_as_its_samples_are(whole: Sent) -> None:
    found, (rows, reasons) = checked([whole], now=NOW), one_by_one(whole)
    assert list(found.reasons) == reasons
    part = found.columns.get(whole.metric)
    for name in NAMES:
        held = [] if part is None else getattr(part, name)
        assert np.array_equal(held, rows[name]), name
    if part is not None:
        assert (part.duration_ms >= 0).all()
        assert (part.start_ms + part.duration_ms <= NOW_MS + AHEAD_MS).all()
        assert np.isfinite(part.value).all()


def usual(size: int, **changes: Any) -> Sent:
    starts = [NOW_MS - 60_000 * n for n in range(size)]
    return replace(Sent("heart_rate", range(size), starts, [60] * size, [""] * size), **changes)


@pytest.mark.parametrize("size", [FEW - 1, FEW])
@pytest.mark.parametrize(
    ("field", "odd", "named"),
    [
        ("unit", ["bpm"], "unit"),
        ("duration_ms", 2**63 - 1, "end"),
        ("duration_ms", -5, "end"),
        ("offset_min", 10**30, "offset_min"),
        ("offset_min", 2000, "offset_min"),
        ("sequence", 2**63, "sequence"),
        ("value", 10**400, "data"),
    ],
)
def test_odd_field_is_named_however_many_samples_come(
    size: int, field: str, odd: Any, named: str
) -> None:
    due = {"unit": "", "value": 60}.get(field, 0)
    whole = usual(size, **{field: [due] * 3 + [odd] + [due] * (size - 4)})
    found = checked([whole], now=NOW)
    assert [(index, name) for index, name, _ in found.reasons] == [(3, named)]
    assert len(found.columns["heart_rate"]) == size - 1
