"""The small picture of a breach."""

from alerts.charts import WIDTH, breach_chart

MINUTE = 60_000


def evidence(points, *, start, end, worst, value=120.0):
    return {
        "params": {"value": value}, "points": points, "start_ms": start, "end_ms": end,
        "worst": worst,
    }  # fmt: skip


def test_values_threshold_and_breach_are_placed():
    points = [[n * MINUTE, v] for n, v in enumerate([80, 90, 130, 140])]
    chart = breach_chart(evidence(points, start=2 * MINUTE, end=3 * MINUTE, worst=140.0))
    assert chart.lines.count("L") == 3
    assert chart.beyond.count("L") == 1
    assert chart.worst[0] == chart.right
    assert chart.worst[1] < chart.threshold_y


def test_a_silence_is_a_gap():
    points = [[n * MINUTE, 80] for n in (0, 1, 2, 60, 61)]
    chart = breach_chart(evidence(points, start=0, end=61 * MINUTE, worst=80.0))
    assert chart.lines.count("M") == 2


def test_one_value_a_day_is_a_line_all_the_same():
    points = [[n * 1440 * MINUTE, 5.0 - n] for n in range(4)]
    chart = breach_chart(evidence(points, start=0, end=1440 * 3 * MINUTE, worst=2.0, value=6.0))
    assert chart.lines.count("M") == 1
    assert len(chart.dots) == 4


def test_a_lone_value_stands_inside_the_box():
    chart = breach_chart(evidence([[0, 130.0]], start=0, end=0, worst=130.0))
    assert 0 < chart.worst[0] <= WIDTH
    assert breach_chart(evidence([], start=0, end=0, worst=0.0)) is None
