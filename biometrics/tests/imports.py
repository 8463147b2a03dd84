"""What the tests of importers share."""

import zipfile
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from biometrics.features.columns import Columns, joined
from biometrics.importers.base import Chunk, Importer, Lane, Options

OSLO = ZoneInfo("Europe/Oslo")


def write_tree(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return folder


def zipped(folder: Path, target: Path) -> Path:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for path in sorted(folder.rglob("*")):
            if path.is_file():
                archive.write(path, path.relative_to(folder).as_posix())
    return target


def lanes_of(chunks: Iterable[Chunk]) -> dict[Lane, Columns]:
    parts: dict[Lane, list[Columns]] = {}
    for chunk in chunks:
        for lane, columns in chunk.lanes.items():
            parts.setdefault(lane, []).append(columns)
    return {lane: joined(found) for lane, found in parts.items()}


def ignored_in(chunks: Iterable[Chunk]) -> Counter[str]:
    total: Counter[str] = Counter()
    for chunk in chunks:
        total.update(chunk.ignored)
    return total


def samples(columns: Columns) -> list[tuple[int, int, float]]:
    """Start and duration in seconds, and value."""
    return [
        (int(start) // 1000, int(lasts) // 1000, float(value))
        for start, lasts, value in zip(
            columns.start_ms, columns.duration_ms, columns.value, strict=True
        )
    ]


def assert_resumes(importer: Importer, source: Path, options: Options) -> int:
    """From every border the same chunks come as in one go; gives their number."""
    whole = list(importer.read(source, options))
    for number, chunk in enumerate(whole):
        rest = list(importer.read(source, options, start=chunk.position))
        assert [part.position for part in rest] == [
            part.position for part in whole[number + 1 :]
        ]
        for mine, theirs in zip(rest, whole[number + 1 :], strict=True):
            assert mine.lanes.keys() == theirs.lanes.keys()
            for lane, columns in mine.lanes.items():
                for name in ("start_ms", "duration_ms", "value", "offset_min", "sequence"):
                    other = getattr(theirs.lanes[lane], name)
                    np.testing.assert_array_equal(getattr(columns, name), other)
            assert list(mine.reasons) == list(theirs.reasons)
            assert mine.ignored == theirs.ignored
    return len(whole)
