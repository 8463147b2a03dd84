"""Apple Health: export.zip or export.xml of any size, in constant memory.

1. Find the XML in the zip by what it begins with, and read it block by block.
2. Cut each block into records (`apple_xml`).
3. Turn every 20,000 of them into columns at once (`apple_columns`).
"""

import re
from collections.abc import Iterator
from dataclasses import replace
from math import inf
from pathlib import Path
from typing import IO

from biometrics.importers.apple_columns import DAY_MS, Kinds, chunk_of
from biometrics.importers.apple_dates import moments
from biometrics.importers.apple_source import is_export, opened
from biometrics.importers.apple_xml import OTHER_PLACE, Row, batches
from biometrics.importers.base import CHUNK, Chunk, Importer, Options, Unreadable

EXPORTED = re.compile(rb'<ExportDate value="([^"<]{25})"')


class AppleHealth:
    """Records are the elements below HealthData, counted from 0 in the file's order."""

    code = "apple_health"
    title = "Apple Health export"
    accepts = "export.zip as the Health app makes it, or the export.xml in it"

    def matches(self, source: Path) -> bool:
        return is_export(source)

    def people(self, source: Path) -> list[str]:
        return []

    def read(self, source: Path, options: Options, *, start: int = 0) -> Iterator[Chunk]:
        """Chunks end at every 20,000th record, wherever one starts."""
        with opened(source) as (file, size):
            for chunk in _chunks(file, start):
                yield replace(chunk, progress=min(1.0, file.tell() / max(1, size)))


APPLE_HEALTH: Importer = AppleHealth()


def _chunks(file: IO[bytes], start: int) -> Iterator[Chunk]:
    reading = _Reading(start)
    try:
        for rows in batches(file):
            yield from reading.taken(rows)
    except Unreadable:
        yield from reading.ended()
        raise
    yield from reading.ended()


class _Reading:
    """Rows that wait for the end of their chunk, and where the file is read to."""

    def __init__(self, start: int) -> None:
        self.rows: list[Row] = []
        self.to_skip, self.position = start, start
        self.latest_ms, self.kinds = inf, Kinds()

    def taken(self, rows: list[Row]) -> Iterator[Chunk]:
        if self.latest_ms == inf:
            self.latest_ms = _latest_ms(rows)
        skipped = min(self.to_skip, len(rows))
        self.to_skip -= skipped
        self.rows += rows[skipped:]
        while len(self.rows) >= (size := CHUNK - self.position % CHUNK):
            yield self._chunk(size)

    def ended(self) -> Iterator[Chunk]:
        if self.rows:
            yield self._chunk(len(self.rows))

    def _chunk(self, size: int) -> Chunk:
        rows, self.rows = self.rows[:size], self.rows[size:]
        chunk = chunk_of(rows, first=self.position, latest_ms=self.latest_ms, kinds=self.kinds)
        self.position = chunk.position
        return chunk


def _latest_ms(rows: list[Row]) -> float:
    """A day after the export was made: what is later can't have been measured."""
    found = EXPORTED.match(rows[0][OTHER_PLACE]) if rows else None
    made = moments([found[1]]) if found else None
    return float(made.ms[0]) + DAY_MS if made and made.good[0] else inf
