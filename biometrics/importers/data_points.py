"""JSON of any layout as a row of values: a file, a folder or a ZIP; arrays, lines, bundles.

With it the one person whom an import is about, for formats that name people in each record.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import Any

from biometrics.importers import json_records
from biometrics.importers.archive import Entry, entries_of
from biometrics.importers.base import Unreadable
from biometrics.importers.damage import readable
from biometrics.importers.records import Record

LINES = (".ndjson", ".jsonl")
ENDINGS = (".json", *LINES)


@dataclass(frozen=True)
class Broken:
    """A line that is no JSON."""

    reason: str


@dataclass
class OnePerson:
    """Readings of one person only: the chosen one, or the first whom the source names."""

    chosen: str = ""
    first: str | None = None

    def refusal(self, name: str) -> Record | None:
        """What becomes of a record about someone else; None for the right one."""
        if self.chosen:
            return None if name == self.chosen else Record(ignored=["of another person"])
        if self.first is None:
            self.first = name
        if name == self.first:
            return None
        return Record(reasons=["This is about another person: choose whose part to read."])


def records_of(source: Path, inner: str, record: Callable[[Any], Record]) -> Iterator[Record]:
    """What `record` makes of each value, with its progress; a broken line is a reason."""
    for value, progress in values(source, inner):
        made = Record(reasons=[value.reason]) if isinstance(value, Broken) else record(value)
        yield Record(made.points, made.reasons, made.ignored, progress)


def values(source: Path, inner: str = "") -> Iterator[tuple[Any, float]]:
    """Each value and the share of the source up to it; raises Unreadable."""
    with readable(source.name), entries_of(source) as entries:
        # A single file may have any name.
        files = [
            each
            for each in entries
            if each.path == source.name or each.name.lower().endswith(ENDINGS)
        ]
        if not files:
            raise Unreadable(f"{source.name} holds no JSON files.")
        whole, before = max(1, sum(file.size for file in files)), 0
        for file in files:
            for value, place in _values(file, inner):
                yield value, (before + place) / whole
            before += file.size


def first_value(source: Path, inner: str = "") -> Any:
    """The first value, or None where there is none: to see what kind of file it is."""
    try:
        return next((value for value, _ in values(source, inner)), None)
    except Unreadable:
        return None


def _values(file: Entry, inner: str) -> Iterator[tuple[Any, int]]:
    with file.opened() as raw, TextIOWrapper(raw, "utf-8-sig") as text:
        parts = _lines(text) if _is_lines(file.name) else json_records.values(text, inner)
        for value in parts:
            yield value, raw.tell()


def _lines(text: TextIOWrapper) -> Iterator[Any]:
    for line in text:
        if line.strip():
            try:
                yield json.loads(line)
            except (ValueError, RecursionError):
                yield Broken("The line is no JSON.")


def _is_lines(name: str) -> bool:
    return name.lower().endswith(LINES)
