"""Text files line by line, with how far the reading has come."""

import csv
from codecs import getincrementaldecoder
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import TextIOWrapper
from pathlib import Path
from typing import IO

from biometrics.importers.base import Unreadable
from biometrics.importers.damage import readable

MARKS = (b"\xff\xfe", b"\xfe\xff")
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
def opened(path: Path) -> Iterator[Lines]:
    """The file as text; raises Unreadable where there is none."""
    if not path.is_file():
        raise Unreadable(f"There is no file {path.name!r}.")
    with readable(path.name), path.open("rb") as raw:
        text = TextIOWrapper(raw, encoding_of(path), newline="")
        yield Lines(text, raw, path.stat().st_size)


def head(path: Path, count: int) -> list[str]:
    """The first lines of a file, without their ends; none where it can't be read."""
    try:
        with path.open("rb") as raw:
            sample = raw.read(SAMPLE)
    except OSError:
        return []
    # What the sample cuts in two at its end is no sign against UTF-8.
    text = sample.decode(_encoding([sample], whole=False), errors="replace")
    return text.splitlines()[:count]


def encoding_of(path: Path) -> str:
    """UTF-16 by its mark, UTF-8 where all of the file is, else latin-1."""
    with path.open("rb") as raw:
        return _encoding(iter(lambda: raw.read(SAMPLE), b""), whole=True)


def delimiter_of(lines: list[str]) -> str:
    """The character that cuts most of the lines into equally many fields."""
    rows = [line for line in lines if line.strip()]

    def weight(delimiter: str) -> tuple[int, int]:
        widths = [len(row) for row in csv.reader(rows, delimiter=delimiter)]
        usual = max(set(widths), key=widths.count, default=1)
        return (widths.count(usual) if usual > 1 else 0, usual)

    return max(DELIMITERS, key=weight)


def _encoding(blocks: Iterable[bytes], *, whole: bool) -> str:
    decode = getincrementaldecoder("utf-8")().decode
    try:
        for number, block in enumerate(blocks):
            if not number and block.startswith(MARKS):
                return "utf-16"
            decode(block)
        decode(b"", final=whole)
    except UnicodeDecodeError:
        return "latin-1"
    return "utf-8-sig"
