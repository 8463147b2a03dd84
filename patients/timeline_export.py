"""Entries as a CSV table that a spreadsheet can open without running any of it."""

import csv
import io
from collections.abc import Iterable, Mapping
from uuid import UUID
from zoneinfo import ZoneInfo

from clinicity.common.cells import harmless
from patients.models import TimelineEvent

COLUMNS = ("when", "kind", "what", "details", "seen by", "written by", "source", "id")


def csv_of(events: Iterable[TimelineEvent], names: Mapping[UUID, str], zone: ZoneInfo) -> str:
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\r\n")
    table.writerow(COLUMNS)
    for event in events:
        table.writerow(
            harmless(cell)
            for cell in (
                event.occurred_at.astimezone(zone).isoformat(), event.kind, event.title,
                event.body, event.visibility, names.get(event.created_by, ""),
                event.source_kind, str(event.id),
            )
        )  # fmt: skip
    # With a mark of UTF-8, without which Excel guesses.
    return "\ufeff" + text.getvalue()
