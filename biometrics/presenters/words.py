"""Readings in words: units, figures, gaps, associations."""

from collections.abc import Mapping
from datetime import date

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from biometrics.features.association import Association
from biometrics.features.figures import Figure
from biometrics.features.gaps import DayGap
from biometrics.metrics import Group, Metric
from biometrics.selectors.compare import Comparison

# UCUM as people read it; annotations in braces say what is counted.
UNITS = {
    "{score}": gettext_lazy("of 10"), "{index}": gettext_lazy("of 100"), "Cel": "°C",
    "mm[Hg]": "mmHg", "[degF]": "°F", "m[g]": "mg (gravity)", "[g]": "g (gravity)", "uS": "µS", "dB[SPL]": "dB",
    "[lb_av]": "lb", "[in_i]": "in", "[ft_i]": "ft", "[mi_i]": "mi", "[mi_i]/h": "mi/h", "1": "",
    "m/s": "m/s", "kg/m2": "kg/m²", "{score_1_5}": gettext_lazy("of 1–5"),
    "{score_1_7}": gettext_lazy("of 1–7"), "{score_0_100}": gettext_lazy("of 0–100"),
}  # fmt: skip
GROUPS = {
    Group.ACTIVITY: gettext_lazy("Activity"),
    Group.HEART: gettext_lazy("Heart and circulation"),
    Group.SLEEP: gettext_lazy("Sleep"),
    Group.BODY: gettext_lazy("Body"),
    Group.BREATHING: gettext_lazy("Breathing"),
    Group.MOOD: gettext_lazy("Mood and symptoms"),
    Group.PHONE: gettext_lazy("Phone use"),
    Group.SURROUNDINGS: gettext_lazy("Surroundings"),
}
KINDS = {
    "mean": gettext_lazy("mean"),
    "sum": gettext_lazy("sum"),
    "value": gettext_lazy("value"),
    "time_in_state": gettext_lazy("time in each state"),
}
METHODS = {"pearson": "Pearson", "spearman": "Spearman"}
# From this size on, by convention, an association is called moderate and strong.
STRENGTHS = (
    (0.5, gettext_lazy("strong")), (0.3, gettext_lazy("moderate")), (0.0, gettext_lazy("weak")),
)  # fmt: skip


def inner(name: str) -> str:
    """A name inside a sentence: heart rate, but RMSSD."""
    return name if name[1:2].isupper() else name[:1].lower() + name[1:]


def unit_words(ucum: str) -> str:
    return str(UNITS.get(ucum, ucum.replace("{", "").replace("}", "")))


def number_words(value: float | None) -> str:
    """Three significant digits, thousands grouped: 7.25, 72.4, 11,204."""
    if value is None:
        return ""
    whole = len(str(int(abs(value))))
    places = 0 if value == int(value) else max(0, 3 - whole)
    return f"{value:,.{places}f}"


def figure_words(metric: Metric, figure: Figure) -> str:
    """A figure with its unit; of states the minutes in each, longest first."""
    if figure.minutes:
        return minutes_words(metric, figure.minutes)
    return f"{number_words(figure.value)} {unit_words(figure.unit)}".strip()


def minutes_words(metric: Metric, minutes: Mapping[int, float]) -> str:
    longest = sorted(minutes.items(), key=lambda part: -part[1])
    parts = [f"{metric.states.get(code, code)} {length_words(m)}" for code, m in longest]
    return ", ".join(parts)


def length_words(minutes: float) -> str:
    """45 min, 7 h 20 min."""
    hours, rest = divmod(round(minutes), 60)
    if not hours:
        return _("%d min") % rest
    return _("%(h)d h %(m)02d min") % {"h": hours, "m": rest}


def value_words(metric: Metric, value: float) -> str:
    """One sample's value; a state by its name."""
    if metric.states:
        return metric.states.get(round(value), number_words(value))
    return number_words(value)


def gap_words(gap: DayGap) -> str:
    length = ngettext("%d day", "%d days", gap.days) % gap.days
    if gap.days == 1:
        return f"{length} ({day_words(gap.first)})"
    return f"{length} ({day_words(gap.first)} – {day_words(gap.last)})"


def day_words(day: date) -> str:
    return date_format(day, "j M Y")


def association_sentence(found: Comparison) -> str:
    """What can be said of two metrics: an association with its interval, never a cause."""
    count = len(found.pairs)
    names = {
        "first": inner(found.first.name), "second": inner(found.second.name), "n": count,
        "needed": found.needed, "pairs": _pairs(found.period, count),
    }  # fmt: skip
    if found.abstained == "too_few":
        return (
            _(
                "%(n)d %(pairs)s with both: too few to say how they go together"
                " (%(needed)d are needed)."
            )
            % names
        )
    if found.abstained:
        return _("One of both hardly varies: how they go together can’t be said.")
    best = found.associations[0]
    figures = "; ".join(_figures(part) for part in found.associations)
    return _direction(best) % (names | {"strength": _strength(best.r), "figures": figures})


def _direction(part: Association) -> str:
    if part.low <= 0 <= part.high:
        return _(
            "Over %(n)d %(pairs)s no clear association of %(first)s with %(second)s shows"
            " (%(figures)s)."
        )
    if part.r > 0:
        return _(
            "Over %(n)d %(pairs)s, higher %(first)s is associated with higher %(second)s"
            " (%(strength)s; %(figures)s). An association says nothing about a cause."
        )
    return _(
        "Over %(n)d %(pairs)s, higher %(first)s is associated with lower %(second)s"
        " (%(strength)s; %(figures)s). An association says nothing about a cause."
    )


def _figures(part: Association) -> str:
    return _("%(method)s r = %(r).2f, 95 %% interval %(low).2f to %(high).2f") % {
        "method": METHODS[part.method], "r": part.r, "low": part.low, "high": part.high,
    }  # fmt: skip


def _strength(r: float) -> str:
    return str(next(word for least, word in STRENGTHS if abs(r) >= least))


def _pairs(period: str, count: int) -> str:
    if period == "hour":
        return ngettext("hour", "hours", count)
    return ngettext("day", "days", count)
