"""Ribbons are pure: days in, shapes out."""

from datetime import date, timedelta

from clinicity.portal import lanes
from clinicity.portal.lanes import Lane, Range

TODAY = date(2026, 11, 23)


def days_back(count: int) -> list[date]:
    return [TODAY - timedelta(days=count - 1 - at) for at in range(count)]


def test_the_usual_range_leaves_out_the_newest_days() -> None:
    values = dict.fromkeys(days_back(90)[:-28], 7.0) | dict.fromkeys(days_back(28), 3.0)
    assert lanes.usual_range(values, TODAY) == Range(7.0, 7.0, 62)


def test_no_usual_range_before_enough_days() -> None:
    assert lanes.usual_range(dict.fromkeys(days_back(41), 7.0), TODAY) is None


def test_a_gap_breaks_the_line_and_is_drawn() -> None:
    span = days_back(10)
    values = dict.fromkeys([*span[:4], *span[7:]], 7.0)
    drawn = lanes.shapes(Lane("sleep", values), span)
    assert [(gap.x, gap.width) for gap in drawn.gaps] == [(40, 30)]
    assert drawn.line.count("M") == 2


def test_one_missing_day_is_no_gap_but_is_not_bridged() -> None:
    span = days_back(5)
    values = dict.fromkeys([span[0], span[1], span[3], span[4]], 7.0)
    drawn = lanes.shapes(Lane("sleep", values), span)
    assert not drawn.gaps
    assert drawn.line.count("M") == 2


def test_a_lane_without_data_is_one_gap() -> None:
    drawn = lanes.shapes(Lane("mood", {}), days_back(90))
    assert [gap.width for gap in drawn.gaps] == [900]
    assert drawn.line == ""


def test_days_outside_the_usual_range_reach_from_its_edge() -> None:
    span = days_back(3)
    lane = Lane("sleep", dict(zip(span, (7.0, 4.0, 7.0), strict=True)), Range(6.0, 8.0, 30))
    (low,) = lanes.shapes(lane, span).outside
    band = lanes.shapes(lane, span).band
    assert band is not None
    assert low.x == 11
    assert low.y == band.y + band.height


def test_a_lower_dose_is_a_lower_bar() -> None:
    full = lanes.dose_bar("A", 0, 10, share=1.0, row=0, missed=[3])
    half = lanes.dose_bar("A", 10, 20, share=0.5, row=0, missed=[])
    assert half.box.height < full.box.height
    assert half.box.y + half.box.height == full.box.y + full.box.height
    assert [tick.x for tick in full.missed] == [32]
