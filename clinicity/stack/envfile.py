"""Files of `NAME=value` lines that only their owner can read."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

PRIVATE = 0o600


def read(path: Path) -> dict[str, str]:
    """The values of a file that this module wrote; empty when there is none."""
    if not path.exists():
        return {}
    lines = path.read_text().splitlines()
    pairs = (line.split("=", 1) for line in lines if "=" in line and not line.startswith("#"))
    return {name.strip(): value.strip() for name, value in pairs}


def write(path: Path, values: Mapping[str, str], *, heading: str) -> None:
    """Replace the file as a whole: a reader sees the old one or the new one."""
    text = f"# {heading}\n" + "".join(f"{name}={value}\n" for name, value in values.items())
    private_text(path, text)


def private_text(path: Path, text: str) -> None:
    """Write a file that nobody else can read, not even while it is being written."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with private_file(fresh) as file:
        file.write(text.encode())
    fresh.replace(path)


@contextmanager
def private_file(path: Path) -> Iterator[BinaryIO]:
    """A new file for writing that belongs to its owner alone."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE)
    with os.fdopen(descriptor, "wb") as file:
        yield file
