"""The pure parts against plain words: whatever comes, never a wrong answer."""

from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from biometrics.features.columns import (
    IN_ERROR,
    NAMES,
    VALID,
    Columns,
    columns_of,
    joined,
    packed,
    unpacked,
    unpacked_together,
)
from biometrics.features.days import BEGINNING, Zones, day_edges, zones_of
from biometrics.features.merging import marked, merge, without
from biometrics.features.moments import moments
from biometrics.features.spans import by_span, runs_of
from biometrics.metrics import DAY_MS, HOUR_MS

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)

# --- moments -------------------------------------------------------------------------

digits = st.text("0123456789", min_size=1, max_size=10)
well_formed = st.builds(
    lambda moment, between, fraction, zone: (
        f"{moment:%Y-%m-%d}{between}{moment:%H:%M:%S}{fraction}{zone}"
    ),
    st.datetimes(datetime(1000, 1, 1)),  # noqa: DTZ001  the text's own clock
    st.sampled_from("TTTTt "),
    st.just("") | digits.map(".{}".format) | st.sampled_from([".0005", ".0015", ".9995", ","]),
    st.sampled_from(
        [
            "Z",
            "z",
            "+00:00",
            "-00:00",
            "+05:45",
            "-0330",
            "+18:00",
            "+23:59",
            "+01:60",
            "",
            "+1",
        ]
    ),
)


@st.composite
def broken(draw: Any) -> str:
    """A good text with one character changed, left out or put in."""
    text = draw(well_formed)
    place = draw(st.integers(0, len(text) - 1))
    with_ = draw(st.sampled_from("0123456789-:.TZ+ /\x00é٣"))
    rest = place + draw(st.integers(0, 1))
    return text[:place] + draw(st.sampled_from(["", with_])) + text[rest:]


def careful(text: str) -> tuple[int, int] | None:
    try:
        moment = datetime.fromisoformat(text.upper())
        if moment.tzinfo is None:
            return None
        # In whole numbers: a float has no microseconds to spare from the year 4199 on.
        ms = round(Fraction((moment - EPOCH) // MICROSECOND, 1000))
        return ms, moment.utcoffset() // timedelta(minutes=1)  # type: ignore[operator]
    except (ValueError, OverflowError):
        return None


@settings(max_examples=300)
@given(st.lists(well_formed | broken(), min_size=1, max_size=30))
def test_moments_are_what_the_careful_way_reads_or_unsure(texts: list[str]) -> None:
    found = moments(texts)
    for place, text in enumerate(texts):
        if not found.unsure[place]:
            assert (found.ms[place], found.offset_min[place]) == careful(text), text


def test_usual_moments_are_not_unsure() -> None:
    usual = [
        "2024-02-29T08:15:30Z",
        "2024-02-29 08:15:30.123+01:00",
        "1999-12-31T23:59:59-0330",
    ]
    assert not moments(usual).unsure.any()
    assert not moments([usual[1]] * 30).unsure.any()


# --- columns and merging -------------------------------------------------------------

longs = st.integers(-(2**63), 2**63 - 1)
reals = st.floats(allow_nan=False) | st.integers(0, 3).map(float)
any_row = st.tuples(longs, longs, reals, longs, longs, st.integers(0, 2))
steady = st.builds(
    lambda first, step, size: [(first + n * step, 0, 60.0, 0, n, 0) for n in range(size)],
    st.integers(0, 2**60), st.integers(-1000, 2**40), st.integers(1, 50),
)  # fmt: skip


rows_of_columns = st.lists(any_row, max_size=40) | steady


def columns_like(rows: list[Any]) -> Columns:
    return Columns(
        *(
            np.array([row[place] for row in rows], dtype=float if place == 2 else np.int64)
            for place in range(6)
        )
    )


def demand_same(back: Columns, columns: Columns) -> None:
    for name in NAMES:
        one, other = getattr(columns, name), getattr(back, name)
        assert one.dtype == other.dtype
        assert np.array_equal(one, other)


@given(rows_of_columns)
def test_columns_come_back_exactly(rows: list[Any]) -> None:
    columns = columns_like(rows)
    demand_same(unpacked(packed(columns)), columns)


@given(st.lists(rows_of_columns, max_size=5))
def test_columns_come_back_together(parts: list[list[Any]]) -> None:
    each = [columns_like(rows) for rows in parts]
    demand_same(unpacked_together([packed(columns) for columns in each]), joined(each))


@given(steady, st.integers(1, 20))
def test_steady_columns_that_go_on_come_back_together(rows: list[Any], size: int) -> None:
    columns = columns_like(rows)
    cuts = range(0, len(columns), size)
    packs = [packed(columns.take(slice(first, first + size))) for first in cuts]
    demand_same(unpacked_together(packs), columns)


identity = st.tuples(st.integers(0, 5), st.integers(0, 1), st.integers(-1, 0))
batch = st.lists(st.tuples(identity, st.integers(0, 2).map(float)), max_size=12)
changes = st.lists(
    st.tuples(st.just("merge"), batch)
    | st.tuples(
        st.sampled_from(["error", "restore", "without"]), st.lists(identity, max_size=5)
    ),
    max_size=8,
)


def columns_from(rows: list[Any]) -> Columns:
    return columns_of(
        [row[0][0] for row in rows], [row[1] for row in rows],
        duration_ms=[row[0][1] for row in rows], sequence=[row[0][2] for row in rows],
    )  # fmt: skip


def told(columns: Columns) -> dict[Any, tuple[float, int]]:
    names = ("start_ms", "duration_ms", "sequence", "value", "void")
    rows = list(zip(*(getattr(columns, name).tolist() for name in names), strict=True))
    found = {row[:3]: row[3:] for row in rows}
    assert len(found) == len(rows), "one identity twice"
    assert list(found) == sorted(found)
    return found  # type: ignore[return-value]


@settings(max_examples=300)
@given(changes)
def test_merging_and_marking_do_what_a_dictionary_does(steps: list[Any]) -> None:
    held, model = columns_of([], []), dict[Any, tuple[float, int]]()
    for what, rows in steps:
        if what == "merge":
            merged, counts = merge(held, columns_from(rows)), [0, 0, 0]
            for key, value in rows:
                known = model.get(key)
                counts[0 if known is None else 1 if known[0] == value else 2] += 1
                model[key] = known if known and known[0] == value else (value, VALID)
            held = merged.columns
            assert [merged.accepted, merged.duplicate, merged.corrected] == counts
        elif what == "without":
            held = without(held, columns_from([(key, 0.0) for key in rows]))
            model = {key: found for key, found in model.items() if key not in rows}
        else:
            void = IN_ERROR if what == "error" else VALID
            held = marked(held, columns_from([(key, 0.0) for key in rows]), void)
            model |= {key: (model[key][0], void) for key in rows if key in model}
        assert told(held) == model


# --- days and spans ------------------------------------------------------------------

# Changes at midnight, a minute after it, of half an hour, of a whole day; odd quarters.
ZONES = [
    "America/St_Johns", "America/Moncton", "America/Havana", "America/Sao_Paulo",
    "Pacific/Apia", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Australia/Lord_Howe",
    "Asia/Kathmandu", "Pacific/Chatham", "Atlantic/Azores", "Asia/Gaza", "America/Nuuk",
    "Europe/Berlin", "UTC",
]  # fmt: skip
zone = st.sampled_from(ZONES).map(ZoneInfo)
FIRST, LAST = round(datetime(1994, 1, 1, tzinfo=UTC).timestamp()), 1_780_000_000
# Moments at which clocks of these zones change, and any others.
CHANGES = [
    "2005-10-30T02:31Z", "2005-10-30T03:05Z", "2018-02-18T02:30Z", "2011-12-30T09:59Z",
    "2011-12-30T10:00Z", "2024-11-03T04:30Z",
]  # fmt: skip
near = st.builds(
    lambda at, minutes: (round(datetime.fromisoformat(at).timestamp()) + 60 * minutes) * 1000,
    st.sampled_from(CHANGES), st.integers(-3000, 3000),
)  # fmt: skip
moment_ms = near | st.integers(FIRST * 1000, LAST * 1000)


@st.composite
def lives(draw: Any) -> Zones:
    moves = sorted(draw(st.lists(moment_ms, max_size=3, unique=True)))
    return Zones(tuple((since, draw(zone)) for since in [BEGINNING, *moves]))


@settings(max_examples=300)
@given(lives(), moment_ms, st.integers(0, 6 * DAY_MS))
def test_every_moment_is_in_exactly_one_day(zones: Zones, first: int, length: int) -> None:
    days, edges = day_edges(first, first + length, zones)
    assert (np.diff(edges) >= 0).all()
    assert edges[0] <= first
    assert first + length < edges[-1]
    for moment in {first, first + length, *edges[:-1].tolist(), *(edges[1:] - 1).tolist()}:
        (place,) = np.flatnonzero((edges[:-1] <= moment) & (moment < edges[1:]))
        assert zones.date_at(moment) == days[place]


@given(lives(), st.lists(moment_ms, min_size=1, max_size=30))
def test_runs_hold_every_sample_once_with_its_day_and_hour(
    zones: Zones, starts: list[int]
) -> None:
    runs = runs_of(np.array(starts, dtype=np.int64), zones)
    for run in runs:
        assert run.edges.tolist() == [
            zones.start_of(day) for day in [*run.days, run.days[-1] + timedelta(1)]
        ]
    for start in starts:
        (run,) = (run for run in runs if run.edges[0] <= start < run.edges[-1])
        assert run.first_hour <= start // HOUR_MS * HOUR_MS < run.end_hour
    assert all(one.edges[-1] <= two.edges[0] for one, two in pairwise(runs))


@given(
    st.sampled_from(["heart_rate", "rr_interval"]),
    st.lists(st.integers(0, 3 * DAY_MS), min_size=1, max_size=40),
)
def test_cutting_by_span_keeps_every_sample_in_its_order(
    metric: str, starts: list[int]
) -> None:
    samples = columns_of(starts, range(len(starts)))
    span = DAY_MS if metric == "heart_rate" else HOUR_MS
    parts = dict(by_span(metric, samples))
    assert list(parts) == sorted({start // span * span for start in starts})
    for at, part in parts.items():
        due = [n for n, start in enumerate(starts) if start // span * span == at]
        assert part.value.tolist() == due


def test_day_that_a_clock_shows_twice_ends_no_day() -> None:
    """St John's set its clocks back at one past midnight until 2011."""
    zones = zones_of(ZoneInfo("America/St_Johns"))
    shown_again = round(datetime(2005, 10, 30, 3, 5, tzinfo=UTC).timestamp() * 1000)
    assert zones.date_at(shown_again) == date(2005, 10, 30)
