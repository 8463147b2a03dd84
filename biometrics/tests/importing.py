"""What tests of importers share: reading a source whole, and stopping it everywhere."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from biometrics.features.columns import Columns, joined
from biometrics.importers.base import Chunk, Importer, Lane, Options

OSLO = ZoneInfo("Europe/Oslo")
MINUTE = 60_000


@dataclass(frozen=True)
class Everything:
    """All chunks of a source, joined."""

    lanes: dict[Lane, Columns]
    reasons: list[tuple[int, str]]
    ignored: Counter[str]
    position: int

    def of(self, metric: str) -> Columns:
        """The one lane of a metric."""
        (columns,) = (lane for (_, code), lane in self.lanes.items() if code == metric)
        return columns

    def metrics(self) -> set[str]:
        return {metric for _, metric in self.lanes}

    def devices(self) -> set[str]:
        return {device for device, _ in self.lanes}


def everything(chunks: list[Chunk]) -> Everything:
    lanes: dict[Lane, list[Columns]] = {}
    ignored: Counter[str] = Counter()
    for chunk in chunks:
        ignored.update(chunk.ignored)
        for lane, columns in chunk.lanes.items():
            lanes.setdefault(lane, []).append(columns)
    return Everything(
        {lane: joined(parts) for lane, parts in lanes.items()},
        [reason for chunk in chunks for reason in chunk.reasons],
        ignored,
        chunks[-1].position if chunks else 0,
    )


def read(importer: Importer, source: Path, **options: Any) -> Everything:
    return everything(list(importer.read(source, Options(**options))))


def assert_resumes(
    importer: Importer, source: Path, monkeypatch: pytest.MonkeyPatch, **options: Any
) -> None:
    """From each chunk's end on, reading again gives exactly the chunks that followed."""
    monkeypatch.setattr("biometrics.importers.records.CHUNK", 7)
    chosen = Options(**options)
    chunks = list(importer.read(source, chosen))
    assert len(chunks) > 2
    assert [chunk.progress for chunk in chunks] == sorted(chunk.progress for chunk in chunks)
    assert 0 < chunks[0].progress <= chunks[-1].progress == 1.0
    for place, chunk in enumerate(chunks, 1):
        again = list(importer.read(source, chosen, start=chunk.position))
        assert shown(again) == shown(chunks[place:])


def shown(chunks: list[Chunk]) -> list[object]:
    return [
        (
            chunk.position,
            list(chunk.reasons),
            chunk.ignored,
            {
                lane: [tuple(row) for row in _rows(columns)]
                for lane, columns in chunk.lanes.items()
            },
        )
        for chunk in chunks
    ]


def _rows(columns: Columns) -> Iterable[Any]:
    return zip(
        columns.start_ms.tolist(), columns.duration_ms.tolist(), columns.value.tolist(),
        columns.offset_min.tolist(), columns.sequence.tolist(), strict=True,
    )  # fmt: skip
