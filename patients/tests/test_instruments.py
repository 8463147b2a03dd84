"""Known answers give known scores; nothing else does. Sums by hand from the papers' rules."""

import csv
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from django.conf import settings
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from clinicity.common.exceptions import Invalid
from patients import instruments
from patients.instruments import wording
from patients.instruments.change import RELIABLE, difference_error, sem
from patients.instruments.schedule import latest_due

CODES = sorted(instruments.INSTRUMENTS)
SUMMED = [code for code in CODES if instruments.INSTRUMENTS[code].has_total]
X = None
# A busy machine makes a draw slow; that says nothing of the scores.
unhurried = hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


@pytest.mark.parametrize(
    ("code", "answers", "total", "band"),
    [
        ("phq9", [0] * 9, 0, "minimal"),
        ("phq9", [1, 1, 1, 1, 0, 0, 0, 0, 0], 4, "minimal"),
        ("phq9", [1, 1, 1, 1, 1, 0, 0, 0, 0], 5, "mild"),
        ("phq9", [2, 2, 2, 2, 2, 0, 0, 0, 0], 10, "moderate"),
        ("phq9", [3, 3, 3, 3, 3, 0, 0, 0, 0], 15, "moderately severe"),
        ("phq9", [3, 3, 3, 3, 3, 3, 2, 0, 0], 20, "severe"),
        ("phq9", [3] * 9 + [3], 27, "severe"),  # the question of function isn't counted
        ("phq9", [1] * 7 + [X, X], 9, "mild"),
        ("phq9", [2, 2, 2, 2, 2, 2, 0, 0, X], Decimal("13.5"), "moderate"),
        ("phq9", [1] * 6 + [X, X, X], None, ""),
        ("gad7", [3] * 7, 21, "severe"),
        ("gad7", [2, 2, 2, 2, 1, 1, 0], 10, "moderate"),
        ("gad7", [1] * 6 + [X], None, ""),
        ("isi", [1] * 7, 7, "no clinically significant insomnia"),
        ("isi", [2, 1, 1, 1, 1, 1, 1], 8, "subthreshold insomnia"),
        ("isi", [3, 2, 2, 2, 2, 2, 2], 15, "moderate insomnia"),
        ("isi", [4, 3, 3, 3, 3, 3, 3], 22, "severe insomnia"),
        ("isi", [4] * 6 + [X], None, ""),
        # Four of ten are worded the other way round: 4, 5, 7 and 8.
        ("pss10", [0] * 10, 16, ""),
        ("pss10", [4] * 10, 24, ""),
        ("pss10", [4, 4, 4, 0, 0, 4, 0, 0, 4, 4], 40, ""),
        ("pss10", [0, 0, 0, 4, 4, 0, 4, 4, 0, 0], 0, ""),
        ("pss10", [2, 1, 3, 3, 2, 1, 3, 2, 2, 1], 2 + 1 + 3 + 1 + 2 + 1 + 1 + 2 + 2 + 1, ""),
        ("auditc", [4, 4, 4], 12, ""),
        ("auditc", [0, X, X], 0, ""),
        ("auditc", [1, X, 0], None, ""),
        ("asrm", [1, 1, 1, 1, 1], 5, "below the cut-off"),
        ("asrm", [2, 1, 1, 1, 1], 6, "probable mania or hypomania"),
        ("who5", [5] * 5, 100, "no poor well-being"),
        ("who5", [3, 3, 2, 2, 2], 48, "poor well-being"),
        ("who5", [2, 2, 1, 1, 1], 28, "likely depression: assess"),
        ("who5", [3, 3, 3, 3, X], None, ""),
        ("madrs", [0, 1, 1, 1, 1, 1, 1, 0, 0, 0], 6, "normal"),
        ("madrs", [2] * 10, 20, "moderate"),
        ("madrs", [6] * 10, 60, "severe"),
        ("hamd17", [4, 4, 4, 2, 2, 2, 4, 4, 4, 4, 4, 2, 2, 2, 4, 2, 2], 52, "severe"),
        ("hamd17", [2, 1, 0, 1, 1, 0, 1, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0], 8, "mild"),
        ("panss", [1] * 30, 30, "below mildly ill"),
        ("panss", [7] * 30, 210, "severely ill"),
        ("panss", [3] * 30, 90, "moderately ill"),
        ("panss", [3] * 29 + [X], None, ""),
    ],
)
def test_known_answers(code: str, answers: list[int | None], total: object, band: str) -> None:
    found = instruments.assess(code, answers)
    assert (found.total, found.band) == (total, band)
    assert (found.total is None) == bool(found.reason)


@pytest.mark.parametrize(
    ("code", "number", "wrong"),
    [("hamd17", 4, 3), ("hamd17", 1, 5), ("panss", 1, 0), ("who5", 1, 6), ("cssrs", 1, 2)],
)
def test_an_answer_out_of_its_items_range_is_named(code: str, number: int, wrong: int) -> None:
    answers = [item.low for item in instruments.INSTRUMENTS[code].items]
    answers[number - 1] = wrong
    with pytest.raises(Invalid) as refused:
        instruments.assess(code, answers)
    assert list(refused.value.extra["errors"]) == [
        instruments.INSTRUMENTS[code].items[number - 1].link
    ]


@pytest.mark.parametrize(
    ("answers", "level", "at_least"),
    [
        ([0, 0, X, X, X, 0, X], "none", False),
        ([1, 0, X, X, X, 0, X], "low", False),
        ([1, 1, 0, 0, 0, 0, X], "low", False),
        ([1, 1, 1, 0, 0, 0, X], "moderate", False),
        ([0, 0, X, X, X, 1, 0], "moderate", False),
        ([0, 0, X, X, X, 1, 1], "high", False),
        ([1, 1, 1, 1, 0, 0, X], "high", False),
        ([1, 1, 1, 0, 1, 0, X], "high", False),
        ([1, 1, 1, X, X, 0, X], "moderate", True),
        ([0, X, X, X, X, 0, X], "", False),
    ],
)
def test_the_screener_gives_levels_and_no_sum(
    answers: list[int | None], level: str, at_least: bool
) -> None:
    found = instruments.assess("cssrs", answers)
    assert (found.total, found.level, found.at_least) == (None, level, at_least)
    assert bool(found.self_harm) == (1 in answers)


def test_panss_has_its_subscales_and_their_difference() -> None:
    found = instruments.assess("panss", [4] * 7 + [2] * 7 + [3] * 16)
    scores = {one.code: one.score for one in found.subscores}
    assert scores == {"positive": 28, "negative": 14, "general": 48, "composite": 14}
    part = instruments.assess("panss", [None, *[4] * 6, *[2] * 7, *[3] * 16])
    assert [one.score for one in part.subscores] == [None, 14, 48, None]


@pytest.mark.parametrize(
    ("sex", "total", "positive"),
    [("female", 3, True), ("male", 3, False), ("male", 4, True), ("other", 4, None)],
)
def test_cut_off_of_alcohol_is_by_sex(sex: str, total: int, positive: bool | None) -> None:
    found = instruments.assess("auditc", [2, total - 2, 0], sex=sex)
    assert found.positive is positive
    assert found.screen


@st.composite
def filled(draw: st.DrawFn) -> tuple[str, list[int]]:
    code = draw(st.sampled_from(SUMMED))
    items = instruments.INSTRUMENTS[code].scored
    return code, [draw(st.integers(item.low, item.high)) for item in items]


@unhurried
@given(filled())
def test_every_total_is_in_range_and_reversing_mirrors_it(one: tuple[str, list[int]]) -> None:
    code, answers = one
    instrument = instruments.INSTRUMENTS[code]
    total = instruments.assess(code, answers).total
    assert instrument.minimum <= total <= instrument.maximum
    mirrored = [
        item.low + item.high - given
        for item, given in zip(instrument.scored, answers, strict=True)
    ]
    other = instruments.assess(code, mirrored).total
    assert total + other == instrument.minimum + instrument.maximum


@unhurried
@given(filled(), st.data())
def test_missing_answers_are_prorated_in_range_or_leave_no_score(
    one: tuple[str, list[int]], data: st.DataObject
) -> None:
    code, answers = one
    instrument = instruments.INSTRUMENTS[code]
    gone = data.draw(st.sets(st.integers(0, len(answers) - 1), min_size=1))
    holed = [None if n in gone else given for n, given in enumerate(answers)]
    found = instruments.assess(code, holed)
    if found.total is None:
        assert found.reason
        assert len(found.missing) > instrument.missing.at_most
    else:
        assert instrument.minimum <= found.total <= instrument.maximum
        assert found.prorated == bool(found.missing)


def at(day: int, total: float) -> instruments.Scored:
    return instruments.Scored(datetime(2026, 1, day, tzinfo=UTC), total)


def test_reliable_change_by_hand() -> None:
    """PHQ-9: SEM 6.1·√.11 = 2.02, S_diff 2.86, so 5.61 points: 5 are noise, 6 are not."""
    figures = instruments.INSTRUMENTS["phq9"].change
    assert sem(figures) == pytest.approx(2.0231, abs=1e-3)
    assert RELIABLE * difference_error(figures) == pytest.approx(5.608, abs=1e-3)
    verdicts = {
        (before, after): instruments.change(
            instruments.INSTRUMENTS["phq9"], [at(1, before), at(9, after)]
        ).verdict
        for before, after in [(15, 10), (15, 9), (9, 15), (12, 12)]
    }
    assert list(verdicts.values()) == ["unchanged", "improved", "deteriorated", "unchanged"]


def test_change_names_its_figures_and_recovery_needs_both() -> None:
    phq9 = instruments.INSTRUMENTS["phq9"]
    found = instruments.change(phq9, [at(20, 8), at(1, 18), at(9, 14)])
    assert (found.n, found.points, found.recovered) == (3, -10, True)
    assert (found.first.at.day, found.last.at.day) == (1, 20)
    assert found.sources[0].text == "Jacobson & Truax 1991"
    assert instruments.change(phq9, [at(1, 25), at(9, 15)]).recovered is False
    assert instruments.change(phq9, [at(1, 12), at(9, 8)]).recovered is False
    assert instruments.change(phq9, [at(1, 12)]) is None


def test_without_published_figures_no_verdict() -> None:
    found = instruments.change(instruments.INSTRUMENTS["madrs"], [at(1, 30), at(9, 10)])
    assert (found.verdict, found.rci, found.important) == ("unknown", None, True)


def test_percent_of_panss_is_of_what_exceeds_thirty() -> None:
    panss = instruments.INSTRUMENTS["panss"]
    assert instruments.change(panss, [at(1, 90), at(9, 60)]).percent == -50
    assert instruments.change(panss, [at(1, 30), at(9, 60)]).percent is None


def test_higher_wellbeing_is_better() -> None:
    who5 = instruments.INSTRUMENTS["who5"]
    assert instruments.change(who5, [at(1, 40), at(9, 52)]).important is True


@pytest.mark.parametrize("code", CODES)
def test_each_definition_is_whole_and_cites(code: str) -> None:
    instrument = instruments.INSTRUMENTS[code]
    links = [item.link for item in instrument.items]
    assert len(links) == len(set(links))
    named = [link for one in instrument.subscales for link in one.items]
    named += [link for one in instrument.skips for link in (one.when, *one.skip)]
    named += [link for one in instrument.triage for link in one.any]
    assert set(named) | set(instrument.self_harm) <= set(links)
    assert instrument.source.text
    assert instrument.missing.source
    assert instrument.licence
    assert [low for low, _ in instrument.bands] == sorted(low for low, _ in instrument.bands)
    ships = any(code == shipped for shipped, _ in instruments.SHIPPED)
    assert ships == instrument.wording_ships


def test_a_wording_must_fit_its_questionnaire() -> None:
    good = wording.content(instruments.SHIPPED["gad7", "en"])
    assert wording.content(wording.parse(good)) == good
    short = good | {"items": good["items"][:3]}
    few = good | {"items": [one | {"options": ["Yes"]} for one in good["items"]]}
    for bad in (short, few, good | {"language": "English!"}, good | {"licence": " "}):
        with pytest.raises(Invalid):
            wording.parse(bad)


@unhurried
@given(
    st.integers(0, 400), st.one_of(st.none(), st.integers(1, 60)), st.integers(-10, 400),
    st.one_of(st.none(), st.integers(1, 300)),
)  # fmt: skip
def test_what_is_due_lies_on_the_schedule_and_is_the_newest(
    start: int, every: int | None, today: int, until: int | None
) -> None:
    origin = datetime(2026, 1, 1, 9, tzinfo=UTC)
    starts, now = origin + timedelta(days=start), origin + timedelta(days=today, hours=1)
    end = None if until is None else starts + timedelta(days=until)
    due = latest_due(starts, every, end, now=now)
    if due is None:
        assert now < starts
        return
    assert starts <= due <= now
    assert end is None or due <= end
    days = (due - starts).days
    assert days == 0 if every is None else days % every == 0
    if every:
        following = due + timedelta(days=every)
        assert following > now or (end is not None and following > end)


@pytest.mark.realdata
def test_moodpath_phq9_is_scored_as_its_items_add_up() -> None:
    """185 people's PHQ-9; the file's own Total_Score column is wrong, so it isn't asked."""
    (path,) = Path(settings.CLINICITY_DATA_DIR, "moodpath").glob("*PHQ-9.csv")
    people: dict[str, list[int | None]] = {}
    with path.open(encoding="utf-8-sig", newline="") as lines:
        for row in csv.DictReader(lines):
            given = [row[f"phq{n}"] for n in range(1, 10)]
            if row["user_id"]:
                answers = [None if one in ("NA", "") else int(one) for one in given]
                people.setdefault(row["user_id"], answers)
    whole = [given for given in people.values() if None not in given]
    assert (len(people), len(whole)) == (185, 178)
    for given in people.values():
        found = instruments.assess("phq9", given)
        assert found.total == (sum(given) if given in whole else None)
