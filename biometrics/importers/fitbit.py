"""Fitbit: the export of an account, from fitbit.com (old) or Google Takeout (new).

A zip or the unpacked folder, known by the names of its files wherever they lie:
`…/user-site-export/`, `…/Global Export Data/`, `…/Physical Activity_GoogleData/` and the
folders of CSV files beside them. What the times of each kind mean stands with its sources
in `fitbit_json` and `fitbit_sheets`. A record is an entry of an array or a row of a table;
a file of no known kind counts as one.
"""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

from biometrics.importers.archive import Entry, entries_of, names_of
from biometrics.importers.base import Chunk, Options, Unreadable
from biometrics.importers.fitbit_json import json_tables, uncounted
from biometrics.importers.fitbit_logs import READERS
from biometrics.importers.fitbit_sheets import SHEETS, TWINS
from biometrics.importers.sheets import counted_tables, csv_rows, sheet_tables
from biometrics.importers.tables import Table, chunked, unread_file

# "heart_rate-2019-01-01.json", "Daily SpO2 - 2023-10-09-2023-11-07.csv", "sleep_score.csv".
FAMILY = re.compile(r"(?P<family>.+?)(?:[-_ ]+\d.*)?\.(?P<suffix>json|csv)", re.IGNORECASE)
# Names that other vendors use as well say nothing about who wrote the export.
TELLING = frozenset({
    "heart_rate.json", "resting_heart_rate.json", "sedentary_minutes.json", "steps.json",
    "lightly_active_minutes.json", "sleep.json", "sleep_score.csv",
    "Heart Rate Variability Details.csv", "Daily SpO2.csv", "Minute SpO2.csv",
    "daily_resting_heart_rate.csv",
})  # fmt: skip


def family_of(name: str) -> str:
    """The file's name without the date: "steps.json"; "" for one of another kind."""
    match = FAMILY.fullmatch(name)
    return f"{match['family']}.{match['suffix'].lower()}" if match else ""


class Fitbit:
    """The export of one account."""

    code = "fitbit"
    title = "Fitbit export (Google Takeout)"
    accepts = "the zip as Google Takeout or fitbit.com makes it, or the unpacked folder"

    def matches(self, source: Path) -> bool:
        return any(family_of(name.rsplit("/", 1)[-1]) in TELLING for name in names_of(source))

    def people(self, source: Path) -> list[str]:
        return []

    def read(self, source: Path, options: Options, *, start: int = 0) -> Iterator[Chunk]:
        with entries_of(source) as entries:
            _check_one_account(entries)
            yield from chunked(fitbit_tables(entries, options.zone), start=start)


def _check_one_account(entries: list[Entry]) -> None:
    """Raise Unreadable where the files aren't those of one person's export."""
    names = Counter(entry.name for entry in entries if _known(family_of(entry.name)))
    if not names:
        raise Unreadable("There is no file of a Fitbit export in it.")
    name, count = names.most_common(1)[0]
    if count > 1:
        raise Unreadable(f"{name} is in it {count} times: give the export of one person.")


def fitbit_tables(entries: list[Entry], zone: ZoneInfo) -> Iterator[Table]:
    """All files, one after the other; a damaged one ends with a reason."""
    families = {family_of(entry.name) for entry in entries}
    total, before = sum(entry.size for entry in entries) or 1, 0
    for entry in entries:
        family = family_of(entry.name)
        twin = TWINS.get(family) in families
        for table in told_tables(entry, "" if twin else family, zone):
            yield replace(table, progress=(before + table.progress * entry.size) / total)
        before += entry.size


def told_tables(entry: Entry, family: str, zone: ZoneInfo) -> Iterator[Table]:
    """One file's tables, and a reason where it can't be read to its end."""
    if not family and not family_of(entry.name):
        yield unread_file(entry.name)
        return
    try:
        with entry.opened() as file:
            tables = _tables(file, family or family_of(entry.name), zone, kept=bool(family))
            for table in tables:
                yield replace(table, progress=min(file.tell() / (entry.size or 1), 1.0))
    except Unreadable as error:
        yield Table(1, reasons=[(0, f"{entry.name}: {error.detail}")], progress=1.0)


def _tables(file: IO[bytes], family: str, zone: ZoneInfo, *, kept: bool) -> Iterator[Table]:
    name, suffix = family.rsplit(".", 1)
    if suffix == "json":
        reader = READERS[name](zone) if kept and name in READERS else uncounted(name)
        return json_tables(file, reader)
    if kept and name in SHEETS:
        return sheet_tables(csv_rows(file), name, SHEETS[name], zone)
    return counted_tables(csv_rows(file), name if kept else f"{family} (the same again)")


def _known(family: str) -> bool:
    name, _, suffix = family.rpartition(".")
    return name in (READERS if suffix == "json" else SHEETS)


FITBIT = Fitbit()
