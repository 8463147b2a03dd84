"""Text files line by line, with how far the reading has come."""

import csv
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import IO

from biometrics.importers.base import Unreadable

# Excel's own, then the one that every file decodes in.
ENCODINGS = ("utf-8-sig", "latin-1")
SAMPLE = 1 << 16
DELIMITERS = ",;\t|"


@dataclass
class Lines:
    """An open text file and the share of its bytes that has been read."""

    text: IO[str]
    raw: IO[bytes]
    size: int

    def progress(self) -> float:
        return self.raw.tell() / self.size if self.size else 1.0


@contextmanager
def opened(path: Path, encoding: str = "") -> Iterator[Lines]:
    """The file as text; raises Unreadable where there is none."""
    if not path.is_file():
        raise Unreadable(f"There is no file {path.name!r}.")
    with path.open("rb") as raw:
        text = TextIOWrapper(raw, encoding or encoding_of(path), newline="")
        yield Lines(text, raw, path.stat().st_size)


def head(path: Path, count: int) -> list[str]:
    """The first lines of a file, without their ends; none where it can't be read."""
    try:
        with path.open("rb") as raw:
            sample = raw.read(SAMPLE)
    except OSError:
        return []
    return sample.decode(_encoding(sample), errors="replace").splitlines()[:count]


def encoding_of(path: Path) -> str:
    with path.open("rb") as raw:
        return _encoding(raw.read(SAMPLE))


def delimiter_of(lines: list[str]) -> str:
    """The character that cuts most of the lines into equally many fields."""
    rows = [line for line in lines if line.strip()]

    def weight(delimiter: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(rows, delimiter=delimiter)]
        usual = max(set(widths), key=widths.count, default=1)
        return (widths.count(usual) if usual > 1 else 0, usual)

    return max(DELIMITERS, key=weight)


def _encoding(sample: bytes) -> str:
    if sample.startswith((b"\xff\xfe", b"\xfe\xff")):
        return "utf-16"
    try:
        # A character that the sample cuts in two is no sign against UTF-8.
        sample[: sample.rfind(b"\n") + 1 or None].decode(ENCODINGS[0])
    except UnicodeDecodeError:
        return ENCODINGS[1]
    return ENCODINGS[0]
