"""The ten-second picture: each domain's ribbon over the same days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinicity.portal import lanes
from clinicity.portal.lanes import DoseBar, Lane, Shapes
from clinicity.portal.records import Record, missed_by_medication
from clinicity.portal.templatetags.clinicity_ui import unit
from patients import instruments
from patients.models import Medication

DOSE_ROWS = 4
# A usual range of questionnaire scores needs this many of them.
SCORES = 8
PERIODS = ((90, gettext_lazy("90 days")), (365, gettext_lazy("Year")))
LONGEST = 365


@dataclass(frozen=True)
class Domain:
    """How one domain's lane is named and where its values come from."""

    code: str
    title: str | Promise
    measure: str | Promise
    unit: str
    digits: int
    metrics: Sequence[str]
    floor: float | None = None


DOMAINS = (
    Domain("sleep", gettext_lazy("Sleep"), gettext_lazy("per night"), "h", 1, ("sleep_duration",)),
    Domain("activity", gettext_lazy("Activity"), gettext_lazy("daily mean"), "counts/min", 0, ("activity",), 0),
    Domain("heart", gettext_lazy("Heart"), gettext_lazy("daily mean"), "/min", 0, ("resting_heart_rate", "heart_rate")),
    Domain("mood", gettext_lazy("Mood"), gettext_lazy("own rating, 0 to 10"), "", 1, ("mood",)),
)  # fmt: skip


@dataclass(frozen=True)
class Ribbon:
    """One lane as the page draws it. `now` and `usual` are in words with unit."""

    code: str
    title: str | Promise
    measure: str | Promise
    shapes: Shapes
    now: str
    now_on: date | None
    usual: str
    outside: str
    lane: Lane


@dataclass(frozen=True)
class Mark:
    """A moment that crosses all ribbons, in per cent of the width."""

    at: float
    label: str
    kind: str


@dataclass(frozen=True)
class Picture:
    days: Sequence[date]
    ribbons: Sequence[Ribbon]
    bars: Sequence[DoseBar]
    doses: str
    missed: str
    marks: Sequence[Mark]
    axis: Sequence[Mark]

    @property
    def width(self) -> int:
        return len(self.days) * lanes.DAY_WIDTH

    @property
    def bars_height(self) -> int:
        return (
            max(1, min(DOSE_ROWS, len({bar.box.y // lanes.ROW_HEIGHT for bar in self.bars})))
            * lanes.ROW_HEIGHT
        )

    @property
    def visits(self) -> list[Mark]:
        return [mark for mark in self.marks if mark.kind == "visit"]

    @property
    def alerts(self) -> list[Mark]:
        return [mark for mark in self.marks if mark.kind == "alert"]

    def island(self) -> dict[str, Any]:
        """What the cursor reads: every day's values by lane."""
        return {
            "days": [day.isoformat() for day in self.days],
            "lanes": [
                {
                    "code": ribbon.code,
                    "name": str(ribbon.title),
                    "values": [_rounded(ribbon.lane.values.get(day)) for day in self.days],
                }
                for ribbon in self.ribbons
            ],
        }

    def rows(self) -> list[tuple[date, list[str]]]:
        """The same data as a table, newest day first; days without any are left out."""
        rows = [
            (day, [_cell(ribbon.lane.values.get(day)) for ribbon in self.ribbons])
            for day in reversed(self.days)
        ]
        return [(day, cells) for day, cells in rows if any(cells)]


def picture_of(record: Record, days: int) -> Picture:
    """All ribbons over the last `days` days."""
    start = record.today - timedelta(days=days - 1)
    span = [start + timedelta(days=at) for at in range(days)]
    ribbons = [_ribbon(record, domain, span) for domain in DOMAINS]
    ribbons.append(_symptoms(record, span))
    bars = _bars(record, span)
    return Picture(
        days=span,
        ribbons=ribbons,
        bars=bars,
        doses=_current_doses(record.medications),
        missed=_missed(record, start),
        marks=_marks(record, span),
        axis=_axis(span),
    )


def _ribbon(record: Record, domain: Domain, span: Sequence[date]) -> Ribbon:
    found = (record.daily[metric] for metric in domain.metrics if record.daily.get(metric))
    values = next(found, {})
    usual = lanes.usual_range(values, record.today)
    lane = Lane(domain.code, values, usual, floor=domain.floor)
    return _worded(lane, domain.title, domain.measure, span, domain.digits, domain.unit)


def _symptoms(record: Record, span: Sequence[date]) -> Ribbon:
    """The questionnaire that was answered most often, by its score."""
    codes = [row.instrument for row in record.questionnaires]
    code = max(set(codes), key=lambda one: (codes.count(one), one), default="")
    rows = [row for row in record.questionnaires if row.instrument == code]
    values = {record.day_of(row.answered_at): float(row.score) for row in rows}
    usual = lanes.usual_range(values, record.today, least=SCORES)
    lane = Lane("symptoms", values, usual, sparse=True, floor=0)
    known = instruments.INSTRUMENTS.get(code)
    measure = (
        _("%(name)s score, 0 to %(top)d") % {"name": known.name, "top": known.maximum}
        if known
        else ""
    )
    return _worded(lane, _("Symptoms"), measure, span, 0, "")


def _worded(
    lane: Lane, title: str | Promise, measure: str | Promise, span: Sequence[date],
    digits: int, unit: str,
) -> Ribbon:  # fmt: skip
    def words(value: float) -> str:
        return f"{value:,.{digits}f}"

    usual, last = lane.usual, lane.last
    return Ribbon(
        code=lane.code,
        title=title,
        measure=measure,
        shapes=lanes.shapes(lane, span),
        now=f"{words(last)} {unit}".strip() if last is not None else "",
        now_on=lane.last_on,
        usual=f"{words(usual.low)}–{words(usual.high)}" if usual else "",
        outside=_outside(last, usual),
        lane=lane,
    )


def _outside(value: float | None, usual: lanes.Range | None) -> str:
    if value is None or usual is None or usual.low <= value <= usual.high:
        return ""
    return _("above usual") if value > usual.high else _("below usual")


def _bars(record: Record, span: Sequence[date]) -> list[DoseBar]:
    """Dose steps of the drugs taken in these days, one row a drug."""
    shown = [row for row in record.medications if not row.ended_on or row.ended_on >= span[0]]
    names = list(dict.fromkeys(row.name for row in reversed(shown)))[:DOSE_ROWS]
    highest = {
        name: max(float(row.dose) for row in shown if row.name == name) for name in names
    }
    missed = missed_by_medication(record.doses)
    bars = []
    for row in shown:
        if row.name not in names:
            continue
        start = max(0, (row.started_on - span[0]).days)
        end = (row.ended_on - span[0]).days + 1 if row.ended_on else len(span)
        days = [(record.day_of(dose.due_at) - span[0]).days for dose in missed.get(row.id, [])]
        bars.append(
            lanes.dose_bar(
                f"{row.name} {_dose(row)}", start, min(end, len(span)),
                share=float(row.dose) / highest[row.name], row=names.index(row.name),
                missed=[day for day in days if 0 <= day < len(span)],
            )
        )  # fmt: skip
    return bars


def _current_doses(medications: Sequence[Medication]) -> str:
    current = [row for row in medications if row.ended_on is None]
    return ", ".join(f"{row.name} {_dose(row)}" for row in current)


def _dose(row: Medication) -> str:
    return f"{row.dose.normalize():f} {unit(row.unit)}"


def _missed(record: Record, start: date) -> str:
    doses = [dose for dose in record.doses if record.day_of(dose.due_at) >= start]
    if not doses:
        return ""
    missed = sum(map(len, missed_by_medication(doses).values()))
    return ngettext("%(n)d of %(all)d dose missed", "%(n)d of %(all)d doses missed", len(doses)) % {
        "n": missed, "all": len(doses),
    }  # fmt: skip


def _marks(record: Record, span: Sequence[date]) -> list[Mark]:
    visits = [
        (record.day_of(visit.starts_at), visit.kind, "visit")
        for visit in record.visits
        if visit.status == "finished"
    ]
    rang = [(record.day_of(alert.at), alert.rule, "alert") for alert in record.alerts]
    return [
        Mark(_share(day, span), f"{words}, {date_format(day, 'j M Y')}", kind)
        for day, words, kind in [*visits, *rang]
        if span[0] <= day <= span[-1]
    ]


def _axis(span: Sequence[date]) -> list[Mark]:
    """The first of each month; in a long picture every second one."""
    firsts = [day for day in span if day.day == 1]
    if len(firsts) > 6:
        firsts = firsts[::2]
    return [Mark(_share(day, span), date_format(day, "M Y"), "month") for day in firsts]


def _share(day: date, span: Sequence[date]) -> float:
    return round(((day - span[0]).days + 0.5) / len(span) * 100, 2)


def _rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 2)


def _cell(value: float | None) -> str:
    return "" if value is None else f"{value:,.1f}"
