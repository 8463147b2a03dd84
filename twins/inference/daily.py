"""The steps that turn readings and answers into one number a day, and days into figures."""

from dataclasses import dataclass
from zoneinfo import ZoneInfo

import numpy as np

from twins.inference import bootstrap
from twins.inference.days import Daily, per_day
from twins.inference.draft import Abstention, Draft, Feature
from twins.inference.inputs import Score

LEAST_DAYS = 7
LEAST_ANSWERS = 3


@dataclass(frozen=True)
class DailyRule:
    """How a metric becomes one number a day, and which figures are made from those."""

    name: str
    metric: str
    unit: str
    least_readings: int
    quantile: float | None = None
    spread: bool = False
    trend: bool = False


DAILY = (
    DailyRule("activity.mean", "activity", "{count}/min", 600),
    DailyRule("heart_rate.mean", "heart_rate", "/min", 12),
    # The resting heart rate as the 5th percentile of the day's readings.
    DailyRule("heart_rate.resting", "heart_rate", "/min", 12, quantile=0.05, trend=True),
    DailyRule("sleep.duration", "sleep_duration", "h", 1, spread=True, trend=True),
    DailyRule("mood.level", "mood", "{score}", 1, spread=True, trend=True),
)


def daily_step(draft: Draft) -> None:
    """Means, spreads and trends of what has one number a day."""
    for rule in DAILY:
        series = draft.inputs.series.get(rule.metric)
        if series is None or not len(series.times_ms):
            draft.abstain(rule.name, "nothing_measured", have=0, need=LEAST_DAYS)
            continue
        daily = per_day(
            series,
            zone=draft.inputs.zone,
            window=draft.window,
            quantile=rule.quantile,
            least=rule.least_readings,
        )
        if len(daily) < LEAST_DAYS:
            draft.abstain(rule.name, "too_few_days", have=len(daily), need=LEAST_DAYS)
            continue
        _figures(draft, rule, daily)


def _figures(draft: Draft, rule: DailyRule, daily: Daily) -> None:
    seed, days = draft.seed, len(daily)
    ends = bootstrap.mean_interval(daily, seed=seed)
    draft.say(rule.name, float(daily.values.mean()), rule.unit, ends, days=days)
    if rule.spread:
        ends = bootstrap.spread_interval(daily, seed=seed)
        spread = float(daily.values.std(ddof=1))
        draft.say(f"{rule.name}_sd", spread, rule.unit, ends, days=days)
    if rule.trend:
        at = daily.days.astype(np.float64)
        ends = bootstrap.trend_interval(at, daily.values, seed=seed)
        slope = bootstrap.trend(at, daily.values)
        draft.say(f"{rule.name}_trend", slope, f"{rule.unit}/30 d", ends, days=days)


def scores_step(draft: Draft) -> None:
    """Where each questionnaire is going, from its answers within the window."""
    draft.pictures["scores"] = {}
    for name, answered in sorted(draft.inputs.scores.items()):
        points = [(_day(draft, one), one.total) for one in answered]
        inside = [point for point in points if 0 <= point[0] < draft.window.days]
        if inside:
            draft.pictures["scores"][name] = [list(point) for point in inside]
            _score_trend(draft, name, inside)


def _score_trend(draft: Draft, name: str, points: list[tuple[int, float]]) -> None:
    name, count = f"score.{name}_trend", len(points)
    if count < LEAST_ANSWERS:
        draft.abstentions.append(Abstention(name, "too_few_answers", count, LEAST_ANSWERS))
        return
    days = np.array([day for day, _ in points], dtype=np.float64)
    totals = np.array([total for _, total in points])
    ends = bootstrap.trend_interval(days, totals, seed=draft.seed)
    slope = bootstrap.trend(days, totals)
    draft.features.append(
        Feature(name, slope, "points/30 d", ends.low, ends.high, count, count)
    )


def _day(draft: Draft, one: Score) -> int:
    local = one.answered_at.astimezone(ZoneInfo(draft.inputs.zone)).date()
    return (local - draft.window.start).days
