"""The coverage calendar: a strip for each metric over the year, and one metric by month."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from biometrics.features.coverage import DayCoverage
from biometrics.metrics import Group
from biometrics.presenters.receipts import source_words
from biometrics.presenters.rooms import room
from biometrics.presenters.words import GROUPS, day_words, gap_words
from biometrics.selectors.coverage import Coverage, MetricCoverage
from biometrics.selectors.receipts import LedgerRow
from biometrics.selectors.syncs import DeviceSync
from clinicity.common.pages import Page
from patients.models import Patient

# Share of a day → the height of its bar, in quarters.
QUARTERS = 4
STRIP_HEIGHT = 20
MOST_DAYS = 31


def data_page(
    patient: Patient, found: Coverage, rows: Page[LedgerRow], wanted: str
) -> dict[str, Any]:
    """What arrived, what was measured when, where nothing was, and when devices spoke."""
    shown = next((part for part in found.metrics if part.metric.code == wanted), None)
    shown = shown or (found.metrics[0] if found.metrics else None)
    return room(patient, "biometrics:data") | {
        "coverage": found,
        "days_asked": (found.last - found.first).days + 1,
        "groups": _groups(found),
        "spans": [(30, _("30 days")), (90, _("90 days")), (365, _("Year"))],
        "month_marks": list(_month_marks(found)),
        "shown": shown,
        "months": _months(found, shown) if shown else [],
        "day_numbers": range(1, MOST_DAYS + 1),
        "devices": [_device(part) for part in found.devices],
        "page": rows.map(_ledger_line),
    }


def strip(days: Sequence[DayCoverage], first: date) -> str:
    """An SVG path over (days × `STRIP_HEIGHT`): a bar for each run of equal days."""
    graded = {(day.day - first).days: grade(day.share) for day in days}
    return "".join(
        f"M{start} {STRIP_HEIGHT}v-{level * STRIP_HEIGHT // QUARTERS}h{length}V{STRIP_HEIGHT}z"
        for start, length, level in _runs(graded)
    )


def grade(share: float) -> int:
    """0 … 4: nothing, and the quarters of a day."""
    return 0 if share <= 0 else min(QUARTERS, int(share * QUARTERS - 1e-9) + 1)


def _runs(graded: Mapping[int, int]) -> Iterator[tuple[int, int, int]]:
    """(start, length, grade) of days that follow each other and are alike."""
    numbered = enumerate(sorted(graded))
    for key, group in groupby(numbered, key=lambda pair: (pair[1] - pair[0], graded[pair[1]])):
        members = [place for _, place in group]
        yield members[0], len(members), key[1]


def day_title(day: DayCoverage | None, moment: date, *, all_day: bool) -> str:
    """A day in words: 3 Nov 2026: 22 of 24 hours, 1,320 samples."""
    if day is None:
        return _("%(day)s: no data") % {"day": day_words(moment)}
    samples = ngettext("%s sample", "%s samples", day.samples) % f"{day.samples:,}"
    if not all_day:
        return f"{day_words(moment)}: {samples}"
    hours = _("%(hours)d of %(of)d hours") % {"hours": day.hours, "of": day.hours_of_day}
    return f"{day_words(moment)}: {hours}, {samples}"


def _groups(found: Coverage) -> list[dict[str, Any]]:
    ordered = sorted(found.metrics, key=lambda part: list(Group).index(part.metric.group))
    return [
        {"name": GROUPS[group], "lines": [_line(part, found) for part in parts]}
        for group, parts in groupby(ordered, key=lambda part: part.metric.group)
    ]


def _line(part: MetricCoverage, found: Coverage) -> dict[str, Any]:
    asked = (found.last - found.first).days + 1
    words = {"days": len(part.days), "asked": asked, "name": part.metric.name}
    return {
        "metric": part.metric,
        "all_day": part.all_day,
        "days": len(part.days),
        "samples": sum(day.samples for day in part.days),
        "implausible": sum(day.implausible for day in part.days),
        "path": strip(part.days, found.first),
        "title": _("%(name)s: data on %(days)d of %(asked)d days") % words,
        "measured_at": part.measured_at,
        "current": gap_words(part.current) if part.current else "",
        "longest": gap_words(part.longest) if part.longest else "",
        "gaps": len(part.gaps) + bool(part.current),
    }


def _month_marks(found: Coverage) -> Iterator[tuple[str, str]]:
    """Where each month begins in the strip (in percent), with its name."""
    asked = (found.last - found.first).days + 1
    for number in range(asked):
        day = found.first + timedelta(number)
        if day.day == 1 and number < asked - 10:
            yield f"{100 * number / asked:.2f}%", date_format(day, "M")


def _months(found: Coverage, part: MetricCoverage) -> list[dict[str, Any]]:
    """One metric's days since its first, as months of 31 places, newest month first."""
    by_day = {day.day: day for day in part.days}
    first = part.days[0].day
    days = [first + timedelta(n) for n in range((found.last - first).days + 1)]
    months = [
        {
            "name": date_format(month[0], "M Y"),
            "cells": _cells(month, by_day, all_day=part.all_day),
        }
        for month in (list(group) for _, group in groupby(days, lambda d: (d.year, d.month)))
    ]
    return months[::-1]


def _cells(
    month: Sequence[date], by_day: Mapping[date, DayCoverage], *, all_day: bool
) -> list[dict[str, Any] | None]:
    cells: list[dict[str, Any] | None] = [None] * MOST_DAYS
    for moment in month:
        day = by_day.get(moment)
        number = 0 if day is None else day.hours if all_day else day.samples
        cells[moment.day - 1] = {
            "number": number if number < 1000 else f"{number // 1000}k",
            "grade": grade(day.share) if day else 0,
            "title": day_title(day, moment, all_day=all_day),
            "day": moment,
        }
    return cells


def _ledger_line(row: LedgerRow) -> dict[str, Any]:
    return {"batch": row.batch, "sender": row.sender, "source": source_words(row.batch)}


def _device(part: DeviceSync) -> dict[str, Any]:
    lanes = sorted(part.lanes, key=lambda lane: lane.synced_at, reverse=True)
    return {"device": part.device, "synced_at": part.synced_at, "lanes": lanes}
