"""The simulated clinic is repeatable, plausible, and tells its story."""

from datetime import date, timedelta

import numpy as np
import pytest

from clinicity.demo.simulator import CAST, Life, simulate
from clinicity.demo.simulator.cast import HUGO, IRIS, OTTO, TOBIAS
from clinicity.demo.simulator.lives import DAYS
from clinicity.demo.tests.circadian import circadian

UNTIL = date(2026, 11, 23)


@pytest.fixture(scope="module")
def lives() -> dict[str, Life]:
    return {life.person.key: life for life in simulate(UNTIL)}


def test_there_are_twelve_different_people(lives: dict[str, Life]) -> None:
    assert len(lives) == 12
    assert len({person.full_name for person in CAST}) == 12
    assert len({person.record_number for person in CAST}) == 12


def test_the_same_seed_gives_the_same_life(lives: dict[str, Life]) -> None:
    again = next(simulate(UNTIL, people=(IRIS,)))
    for metric, samples in lives["iris"].samples.items():
        assert np.array_equal(samples.times, again.samples[metric].times)
        assert np.array_equal(samples.values, again.samples[metric].values)
    assert again.answers == lives["iris"].answers


def test_another_seed_gives_another_life(lives: dict[str, Life]) -> None:
    other = next(simulate(UNTIL, seed=2, people=(IRIS,)))
    assert not np.array_equal(
        other.samples["mood"].values, lives["iris"].samples["mood"].values
    )


@pytest.mark.parametrize(
    "key", [person.key for person in CAST if person is not OTTO]
)  # fmt: skip
def test_circadian_figures_are_those_of_people(lives: dict[str, Life], key: str) -> None:
    figures = circadian(lives[key].samples["activity"])
    assert 0.35 <= figures.stability <= 0.75
    assert 0.5 <= figures.variability <= 1.1
    assert 0.75 <= figures.amplitude <= 0.97


def test_samples_are_in_order_and_of_the_past(lives: dict[str, Life]) -> None:
    end = lives["iris"].days.at(0, 0).timestamp() * 1000
    for life in lives.values():
        for samples in life.samples.values():
            assert np.all(np.diff(samples.times) > 0)
            assert samples.times[-1] < end


def test_clocks_that_change_neither_lose_nor_double_a_minute() -> None:
    """British clocks went back on 25 October 2026: that day has 25 hours."""
    life = next(simulate(UNTIL, people=(HUGO,)))
    assert len(life.days.times) == DAYS * 1440 + 60
    assert np.all(np.diff(life.days.times) == 60_000)


def test_offsets_are_those_of_the_wearers_clock(lives: dict[str, Life]) -> None:
    days = lives["hugo"].days
    assert list(days.offsets(days.times[[0, -1]])) == [60, 0]


def test_devices_have_gaps(lives: dict[str, Life]) -> None:
    for life in lives.values():
        assert len(life.samples["activity"].times) < len(life.days.times)


def test_iris_sleeps_two_hours_less_since_her_last_visit(
    lives: dict[str, Life],
) -> None:
    life = lives["iris"]
    sleep, visit = life.samples["sleep_duration"], life.days.at(28, 10.5)
    cut = visit.timestamp() * 1000
    earlier = sleep.values[(sleep.times < cut) & (sleep.times > cut - 28 * 86_400_000)].mean()
    assert 1.7 <= earlier - sleep.values[sleep.times >= cut].mean() <= 2.3


def test_iris_missed_two_doses_since_her_last_visit(lives: dict[str, Life]) -> None:
    life = lives["iris"]
    since = life.days.at(28, 10.5)
    missed = [
        at for doses in life.doses for at, status in doses if at >= since and status == "missed"
    ]
    assert [at.date() for at in missed] == [
        UNTIL - timedelta(days=17), UNTIL - timedelta(days=9),
    ]  # fmt: skip


def test_the_lithium_level_of_iris_fell() -> None:
    (_, _, (_, newest)) = IRIS.labs[0].results
    assert float(newest) < float(IRIS.labs[0].low or 0)


def test_tobias_answers_rise_in_his_episode(lives: dict[str, Life]) -> None:
    totals = [sum(a.items) for a in lives["tobias"].answers if a.instrument == "phq9"]
    assert max(totals) >= 15 > 10 > totals[0]
    assert TOBIAS.episodes[0].kind == "depressive"


def test_otto_has_too_little_for_a_twin(lives: dict[str, Life]) -> None:
    assert len(lives["otto"].samples["activity"].times) < 4 * 1440


def test_no_simulated_answer_speaks_of_self_harm(lives: dict[str, Life]) -> None:
    for life in lives.values():
        for answers in life.answers:
            assert answers.instrument != "phq9" or answers.items[8] == 0
