"""Pictures as coordinates."""

from datetime import UTC, datetime
from uuid import UUID

import numpy as np
import pytest

from twins import charts
from twins.inference.inputs import Inputs, Series
from twins.inference.snapshot import content

START = int(datetime(2026, 1, 5, tzinfo=UTC).timestamp() * 1000)


def said(days: int, *, gap: slice | None = None) -> dict:
    count = days * 1440
    hour = (np.arange(count) / 60) % 24
    values = np.where((hour >= 7) & (hour < 23), 200.0, 4.0)
    kept = np.ones(count, dtype=bool)
    if gap:
        kept[gap] = False
    times = START + np.arange(count) * 60_000
    series = {"activity": Series(times[kept], values[kept])}
    return content(Inputs(UUID(int=1), 1, "UTC", series))


def test_the_actogram_draws_each_day_twice_and_gaps_as_gaps():
    drawn = charts.actogram(said(8, gap=slice(1440 * 2, 1440 * 2 + 360)))
    assert [row.label for row in drawn.rows] == ["5 Jan", "", "", "", "", "", "", "12 Jan"]
    day = charts.SLOT * charts.SLOTS_A_DAY
    assert drawn.rows[2].gaps == [(drawn.left, 12 * charts.SLOT)]
    assert drawn.rows[1].gaps == [(drawn.left + day, 12 * charts.SLOT)]
    assert drawn.rows[7].gaps == [(drawn.left + day, day)]  # tomorrow is not measured yet
    assert drawn.rows[0].path.count("M") == 2


def test_the_polar_picture_has_arcs_where_the_onsets_are():
    drawn = charts.polar(said(8))
    assert drawn.area.count("L") == 95
    assert drawn.l5.startswith("M")
    assert " 0 0 1 " in drawn.l5  # five hours are less than half of the ring
    assert charts.polar(said(3)) is None


def test_noon_is_at_the_bottom_and_midnight_on_top():
    assert charts._at(0, 100) == (charts.CENTRE, charts.CENTRE - 100)
    assert charts._at(12, 100) == (charts.CENTRE, charts.CENTRE + 100)


def test_the_calendar_grades_each_day():
    drawn = charts.calendar(said(8, gap=slice(1440, 1440 + 800)))
    grades = [grade for _, grade, _ in drawn.lanes[0].cells]
    assert grades[:82] == ["none"] * 82
    assert grades[82:] == ["most", "some", *["most"] * 6]
    assert drawn.lanes[0].days == 8


@pytest.mark.parametrize("chart", [charts.actogram, charts.polar, charts.calendar])
def test_nothing_measured_has_no_picture(chart):
    assert chart(content(Inputs(UUID(int=1), 0, "UTC", {}))) is None
