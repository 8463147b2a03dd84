"""What changed since the last visit, in sentences composed from data. Pure.

Each kind of change is one function from a record to at most a few sentences with a
weight; the page shows the weightiest three, each a link to its source. Nothing here
judges: a sentence says what was measured, over which days, beside what it was before.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from statistics import fmean, stdev

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinicity.portal.records import Record, missed_by_medication
from clinicity.portal.templatetags.clinicity_ui import unit
from patients import instruments
from patients.models import LabResult, QuestionnaireResponse

SHOWN = 3
RECENT = timedelta(days=7)
BEFORE = timedelta(days=28)
# Fewer days with data than this, on either side, and nothing is compared.
LEAST_RECENT, LEAST_BEFORE = 3, 7
# In standard deviations of the days before: less isn't told as a change.
NOTABLE = 0.8


LOWER, HIGHER = gettext_lazy("lower"), gettext_lazy("higher")


@dataclass(frozen=True)
class Change:
    """One sentence. `source` is the anchor on the patient's page that it was read from."""

    text: str
    source: str
    icon: str
    weight: float


@dataclass(frozen=True)
class Since:
    """The changes, weightiest first; what was compared, and what could not be."""

    visit_on: date | None
    changes: Sequence[Change]
    compared: Sequence[str]
    uncovered: Sequence[str]

    @property
    def top(self) -> Sequence[Change]:
        return self.changes[:SHOWN]

    @property
    def more(self) -> Sequence[Change]:
        return self.changes[SHOWN:]


@dataclass(frozen=True)
class Measure:
    """How a daily metric is spoken of."""

    metric: str
    name: str | Promise
    unit: str
    digits: int
    source: str
    icon: str
    less: str | Promise = LOWER
    more: str | Promise = HIGHER
    # How loudly a change of one standard deviation speaks beside the others.
    loudness: float = 1.0


MEASURES = (
    Measure(
        "sleep_duration", gettext_lazy("Sleep"), "h", 1, "ribbon-sleep", "sleep",
        gettext_lazy("shorter"), gettext_lazy("longer"), 1.3,
    ),
    Measure("activity", gettext_lazy("Activity"), "/min", 0, "ribbon-activity", "activity"),
    Measure(
        "resting_heart_rate", gettext_lazy("Resting heart rate"), "/min", 0, "ribbon-heart",
        "heart",
    ),
    Measure("heart_rate", gettext_lazy("Heart rate"), "/min", 0, "ribbon-heart", "heart", loudness=0.8),
    Measure("mood", gettext_lazy("Mood rating"), "", 1, "ribbon-mood", "mood"),
)  # fmt: skip


def since_visit(record: Record) -> Since:
    """Hold the newest days against those before the last visit."""
    visit_on = record.since_visit()
    start = visit_on or record.today - BEFORE
    compared, uncovered = _coverage(record, start)
    return Since(
        visit_on=visit_on,
        changes=_ordered([kind(record, start) for kind in KINDS]),
        compared=compared,
        uncovered=uncovered,
    )


def _ordered(kinds: Sequence[Sequence[Change]]) -> list[Change]:
    """The weightiest of each kind come first, so that one kind can't fill the list."""
    ranked = [
        (rank, -change.weight, change)
        for kind in kinds
        for rank, change in enumerate(sorted(kind, key=lambda one: -one.weight))
    ]
    return [change for _rank, _weight, change in sorted(ranked, key=lambda one: one[:2])]


def measured(record: Record, start: date) -> list[Change]:
    """Daily metrics: the last seven days beside the four weeks before the visit."""
    found = [_measure_change(record, start, measure) for measure in MEASURES]
    if record.daily.get("resting_heart_rate"):
        found = [
            change
            for change in found
            if change and not change.text.startswith(str(MEASURES[3].name))
        ]
    return [change for change in found if change]


def laboratory(record: Record, start: date) -> list[Change]:
    """Each analyte's newest value since the visit, beside the one before it."""
    by_loinc: dict[str, list[LabResult]] = defaultdict(list)
    for row in record.labs:
        by_loinc[row.loinc].append(row)
    return [
        _lab_change(rows[0], rows[1] if rows[1:] else None)
        for rows in by_loinc.values()
        if record.day_of(rows[0].specimen_at) >= start and _is_news(rows)
    ]


def missed_doses(record: Record, start: date) -> list[Change]:
    doses = [dose for dose in record.doses if record.day_of(dose.due_at) >= start]
    missed = missed_by_medication(doses)
    names = {row.id: row.name for row in record.medications}
    due = Counter(dose.medication_id for dose in doses)
    return [
        Change(
            text=ngettext(
                "%(n)d of %(due)d doses of %(name)s missed, on %(day)s.",
                "%(n)d of %(due)d doses of %(name)s missed, the last on %(day)s.",
                len(rows),
            )
            % {
                "n": len(rows), "due": due[medication_id],
                "name": names.get(medication_id, _("a medication")),
                "day": _day(record.day_of(max(row.due_at for row in rows))),
            },
            source="ribbon-medication", icon="medication", weight=1.2 + 0.2 * len(rows),
        )
        for medication_id, rows in missed.items()
    ]  # fmt: skip


def dose_changes(record: Record, start: date) -> list[Change]:
    """Drugs that started, ended or changed their dose since the visit."""
    changes = []
    for row in record.medications:
        if row.started_on > start:
            text = _("%(name)s %(dose)s %(unit)s since %(day)s.")
            values = {
                "dose": _plain(row.dose),
                "unit": unit(row.unit),
                "day": _day(row.started_on),
            }
            changes.append(_medication_change(text % {"name": row.name, **values}))
        elif row.ended_on and row.ended_on > start and not _continued(record, row.name):
            text = _("%(name)s ended on %(day)s.")
            changes.append(
                _medication_change(text % {"name": row.name, "day": _day(row.ended_on)})
            )
    return changes


def questionnaires(record: Record, start: date) -> list[Change]:
    """Each instrument's newest score since the visit, beside the last one before it."""
    changes = []
    for code in sorted({row.instrument for row in record.questionnaires}):
        rows = [row for row in record.questionnaires if row.instrument == code]
        before = [row for row in rows if record.day_of(row.answered_at) <= start]
        if rows and before and record.day_of(rows[-1].answered_at) > start:
            changes.append(_score_change(record, before[-1], rows[-1]))
    return [change for change in changes if change]


KINDS: tuple[Callable[[Record, date], list[Change]], ...] = (
    measured, laboratory, missed_doses, dose_changes, questionnaires,
)  # fmt: skip


def _measure_change(record: Record, start: date, measure: Measure) -> Change | None:
    recent, before = _windows(record.daily.get(measure.metric, {}), record.today, start)
    if len(recent) < LEAST_RECENT or len(before) < LEAST_BEFORE:
        return None
    spread = stdev(before) or 1.0
    difference = fmean(recent) - fmean(before)
    if abs(difference) / spread < NOTABLE:
        return None
    text = _("%(name)s %(now)s over the last 7 days, %(by)s %(word)s than before the visit.")
    values = {
        "name": measure.name,
        "now": _with_unit(fmean(recent), measure),
        "by": _with_unit(abs(difference), measure),
        "word": measure.more if difference > 0 else measure.less,
    }
    weight = min(abs(difference) / spread, 3.0) * measure.loudness
    return Change(text % values, measure.source, measure.icon, weight)


def _windows(
    values: Mapping[date, float], today: date, start: date
) -> tuple[list[float], list[float]]:
    """The last seven days (none from before the visit), and four weeks before it."""
    recent = [value for day, value in values.items() if day > max(today - RECENT, start)]
    before = [value for day, value in values.items() if start - BEFORE <= day < start]
    return recent, before


def _is_news(rows: Sequence[LabResult]) -> bool:
    newest = rows[0]
    return len(rows) == 1 or newest.value != rows[1].value or _is_outside(newest)


def _is_outside(row: LabResult) -> bool:
    return (row.low is not None and row.value < row.low) or (
        row.high is not None and row.value > row.high
    )


def _lab_change(newest: LabResult, before: LabResult | None) -> Change:
    text = _("%(name)s %(value)s %(unit)s on %(day)s") % {
        "name": newest.name, "value": _plain(newest.value), "unit": unit(newest.unit),
        "day": _day(newest.specimen_at.date()),
    }  # fmt: skip
    if before:
        text += _(", was %(value)s on %(day)s") % {
            "value": _plain(before.value), "day": _day(before.specimen_at.date()),
        }  # fmt: skip
    if newest.low is not None and newest.value < newest.low:
        text += _("; below the laboratory’s range")
    elif newest.high is not None and newest.value > newest.high:
        text += _("; above the laboratory’s range")
    moved = abs(float(newest.value / before.value) - 1) if before and before.value else 0.0
    weight = 0.5 + 4 * min(moved, 0.5) + 2 * _is_outside(newest)
    return Change(f"{text}.", f"lab-{newest.id}", "table", weight)


def _score_change(
    record: Record, before: QuestionnaireResponse, newest: QuestionnaireResponse
) -> Change | None:
    code = newest.instrument
    moved = abs(newest.score - before.score)
    bands = [instruments.band(code, float(row.score)) for row in (before, newest)]
    if bands[0] == bands[1] and moved < 5:
        return None
    worded = (
        _("%(name)s %(score)s (%(band)s) on %(day)s, was %(before)s (%(was)s).")
        if all(bands)
        else _("%(name)s %(score)s on %(day)s, was %(before)s.")
    )
    text = worded % {
        "name": instruments.instrument_of(code).name, "score": _plain(newest.score),
        "band": bands[1], "day": _day(record.day_of(newest.answered_at)),
        "before": _plain(before.score), "was": bands[0],
    }  # fmt: skip
    return Change(text, f"questionnaire-{newest.id}", "symptoms", 1.0 + float(moved) / 5)


def _medication_change(text: str) -> Change:
    return Change(text, "ribbon-medication", "medication", 1.5)


def _continued(record: Record, name: str) -> bool:
    return any(row.name == name and row.ended_on is None for row in record.medications)


def _coverage(record: Record, start: date) -> tuple[list[str], list[str]]:
    """Names of what could be compared, and of what could not."""
    compared: list[str] = []
    uncovered: list[str] = []
    for measure in MEASURES:
        values = record.daily.get(measure.metric, {})
        if not values and measure.metric in ("resting_heart_rate", "heart_rate"):
            continue
        recent, before = _windows(values, record.today, start)
        enough = len(recent) >= LEAST_RECENT and len(before) >= LEAST_BEFORE
        (compared if enough else uncovered).append(str(measure.name).lower())
    for rows, name in (
        (record.labs, _("laboratory")),
        (record.questionnaires, _("questionnaires")),
    ):
        (compared if rows else uncovered).append(name)
    (compared if record.doses else uncovered).append(_("doses taken"))
    return compared, uncovered


def _with_unit(value: float, measure: Measure) -> str:
    return f"{value:,.{measure.digits}f} {measure.unit}".strip()


def _plain(value: Decimal) -> str:
    return f"{value.normalize():f}"


def _day(day: date) -> str:
    return date_format(day, "j M Y")
