"""What pages say of a twin, in words: figures with interval and coverage, or why not."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from biometrics.metrics import METRICS
from twins import charts
from twins.models import TwinSnapshot

Words = str | Promise


@dataclass(frozen=True)
class Meaning:
    """How a figure is called, and how a reader should take it."""

    label: Words
    note: Words = ""
    # The ends of the scale, where the definition gives them.
    low: float | None = None
    high: float | None = None


MEANINGS: dict[str, Meaning] = {
    "circadian.IS": Meaning(
        gettext_lazy("Interdaily stability (IS)"),
        gettext_lazy("0: no daily pattern; 1: every day alike"), 0.0, 1.0,
    ),
    "circadian.IV": Meaning(
        gettext_lazy("Intradaily variability (IV)"),
        gettext_lazy("near 0: one smooth wave a day; about 2: noise"), 0.0, 2.0,
    ),
    "circadian.RA": Meaning(
        gettext_lazy("Relative amplitude (RA)"),
        gettext_lazy("0: night as active as day; 1: still at night"), 0.0, 1.0,
    ),
    "circadian.L5": Meaning(gettext_lazy("Least active five hours (L5)")),
    "circadian.L5_onset": Meaning(gettext_lazy("L5 begins at")),
    "circadian.M10": Meaning(gettext_lazy("Most active ten hours (M10)")),
    "circadian.M10_onset": Meaning(gettext_lazy("M10 begins at")),
    "activity.mean": Meaning(gettext_lazy("Activity, daily mean")),
    "heart_rate.mean": Meaning(gettext_lazy("Heart rate, daily mean")),
    "heart_rate.resting": Meaning(
        gettext_lazy("Resting heart rate"),
        gettext_lazy("5th percentile of each day’s readings"),
    ),
    "heart_rate.resting_trend": Meaning(gettext_lazy("Resting heart rate, trend")),
    "sleep.duration": Meaning(
        gettext_lazy("Sleep a night"), gettext_lazy("as the device reports it")
    ),
    "sleep.duration_sd": Meaning(gettext_lazy("Sleep, spread between nights (SD)")),
    "sleep.duration_trend": Meaning(gettext_lazy("Sleep, trend")),
    "mood.level": Meaning(gettext_lazy("Mood, own rating 0–10"), "", 0.0, 10.0),
    "mood.level_sd": Meaning(gettext_lazy("Mood, spread between days (SD)")),
    "mood.level_trend": Meaning(gettext_lazy("Mood, trend")),
    "circadian": Meaning(gettext_lazy("Rest–activity rhythm")),
    "twin": Meaning(gettext_lazy("The whole twin")),
}  # fmt: skip
REASONS: dict[str, Words] = {
    "too_few_valid_days": gettext_lazy(
        "Valid days: %(have)d (80 %% measured, with movement); %(need)d are needed."
    ),
    "too_few_days": gettext_lazy("Days with enough readings: %(have)d; %(need)d are needed."),
    "too_few_answers": gettext_lazy("Answers: %(have)d; %(need)d are needed for a trend."),
    "nothing_measured": gettext_lazy("Nothing was measured; %(need)d days are needed."),
    "nothing_varies": gettext_lazy(
        "Every value is the same, as of a device left on a table. No rhythm can be computed."
    ),
}
UNITS: dict[str, Words] = {
    "1": "",
    "h": "h",
    "{count}/min": gettext_lazy("counts/min"),
    "{score}": "",
    "/min": "/min",
}
HEADLINE = (
    "circadian.IS", "circadian.RA", "circadian.L5_onset", "heart_rate.resting",
    "sleep.duration", "mood.level",
)  # fmt: skip
RANGE_WIDTH = 120


@dataclass(frozen=True)
class Range:
    """Interval and value on the scale of the definition, as x in 0–120."""

    left: float
    width: float
    point: float


@dataclass(frozen=True)
class Figure:
    name: str
    label: Words
    note: Words
    value: str
    unit: str
    interval: str
    level: int
    coverage: str
    range: Range | None


@dataclass(frozen=True)
class Abstained:
    label: Words
    why: str


@dataclass(frozen=True)
class TwinPage:
    """A snapshot as its page shows it."""

    snapshot: TwinSnapshot
    zone: str
    figures: Sequence[Figure]
    abstained: Sequence[Abstained]
    actogram: charts.Actogram | None
    polar: charts.Polar | None
    calendar: charts.Calendar | None
    lanes: Sequence[tuple[str, int, int]]
    scores: Mapping[str, Any]

    @property
    def rhythm_missing(self) -> str:
        """Why there is no rhythm, when there is none."""
        label = MEANINGS["circadian"].label
        return next((one.why for one in self.abstained if one.label == label), "")


@dataclass(frozen=True)
class Comparison:
    """One figure in two snapshots."""

    label: Words
    before: Figure | None
    after: Figure | None
    verdict: str


def page_of_twin(snapshot: TwinSnapshot) -> TwinPage:
    content = snapshot.content
    return TwinPage(
        snapshot=snapshot,
        zone=content["zone"],
        figures=[figure_of(one) for one in content["features"]],
        abstained=[abstained_of(one) for one in content["abstentions"]],
        actogram=charts.actogram(content),
        polar=charts.polar(content),
        calendar=_named(charts.calendar(content)),
        lanes=[
            (METRICS[code].name, held["days"], held["readings"])
            for code, held in content["coverage"].items()
        ],
        scores=content["pictures"].get("scores", {}),
    )


def headline(snapshot: TwinSnapshot) -> tuple[list[Figure], list[Abstained]]:
    """The few figures that a clinician reads in ten seconds, and what is withheld."""
    by_name = {one["name"]: one for one in snapshot.content["features"]}
    shown = [figure_of(by_name[name]) for name in HEADLINE if name in by_name]
    return shown, [abstained_of(one) for one in snapshot.content["abstentions"]]


def _named(calendar: charts.Calendar | None) -> charts.Calendar | None:
    """The calendar with the metrics' names in place of their codes."""
    if calendar is None:
        return None
    lanes = [replace(lane, metric=METRICS[lane.metric].name) for lane in calendar.lanes]
    return replace(calendar, lanes=lanes)


def figure_of(one: Mapping[str, Any]) -> Figure:
    meaning = _meaning(one["name"])
    show = _format(one["name"], one["unit"])
    days = {"days": one["days"], "of": one["of_days"]}
    return Figure(
        name=one["name"],
        label=meaning.label,
        note=meaning.note,
        value=show(one["value"]),
        unit=_unit(one["name"], one["unit"]),
        interval=_("%(level)d %%: %(low)s to %(high)s")
        % {"level": one["level"], "low": show(one["low"]), "high": show(one["high"])},
        level=one["level"],
        coverage=_("%(days)d of %(of)d days") % days,
        range=_range(meaning, one),
    )


def abstained_of(one: Mapping[str, Any]) -> Abstained:
    why = str(REASONS[one["reason"]]) % {"have": one["have"], "need": one["need"]}
    return Abstained(_meaning(one["name"]).label, why)


def compare(before: TwinSnapshot, after: TwinSnapshot) -> list[Comparison]:
    """Each figure of either snapshot, in the order of the newer one."""
    old = {one["name"]: one for one in before.content["features"]}
    new = {one["name"]: one for one in after.content["features"]}
    names = [*new, *(name for name in old if name not in new)]
    return [
        Comparison(
            _meaning(name).label,
            figure_of(old[name]) if name in old else None,
            figure_of(new[name]) if name in new else None,
            _verdict(name, old.get(name), new.get(name)),
        )
        for name in names
    ]


def _verdict(name: str, old: Mapping[str, Any] | None, new: Mapping[str, Any] | None) -> str:
    if old is None or new is None:
        return _("only one of the two says it")
    if name.endswith("_onset"):
        return _("compare the intervals around the clock")
    if old["high"] < new["low"]:
        return _("higher: the intervals are apart")
    if new["high"] < old["low"]:
        return _("lower: the intervals are apart")
    return _("no clear difference: the intervals overlap")


def _meaning(name: str) -> Meaning:
    if name in MEANINGS:
        return MEANINGS[name]
    if name.startswith("score."):
        instrument = name.removeprefix("score.").removesuffix("_trend").upper()
        return Meaning(_("%(name)s, trend") % {"name": instrument})
    known = name.removeprefix("circadian.")
    return MEANINGS.get(f"circadian.{known}", Meaning(known))


def _format(name: str, unit: str) -> Callable[[float], str]:
    if name.endswith("_onset"):
        return _clock
    if "trend" in name:
        return lambda value: f"{value:+.2f}"
    if unit == "1":
        return lambda value: f"{value:.2f}"
    return lambda value: f"{value:,.1f}"


def _clock(hours: float) -> str:
    minutes = round(hours * 60) % 1440
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _unit(name: str, unit: str) -> str:
    if name.endswith("_onset"):
        return ""
    if unit.endswith("/30 d"):
        per = UNITS.get(unit.removesuffix("/30 d"), unit.removesuffix("/30 d"))
        return _("%(unit)s in 30 days") % {"unit": per} if per else _("in 30 days")
    return str(UNITS.get(unit, unit))


def _range(meaning: Meaning, one: Mapping[str, Any]) -> Range | None:
    if meaning.low is None or meaning.high is None:
        return None
    low, span = meaning.low, meaning.high - meaning.low

    def place(value: float) -> float:
        return round(min(max((value - low) / span, 0.0), 1.0) * RANGE_WIDTH, 1)

    left, right = place(one["low"]), place(one["high"])
    return Range(left, max(right - left, 1.0), place(one["value"]))
