"""What libraries raise over a damaged file, as one refusal."""

import csv
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from biometrics.importers.base import Unreadable

DAMAGE = (
    UnicodeError, csv.Error, zipfile.BadZipFile, zlib.error, EOFError, OSError,
    NotImplementedError,
)  # fmt: skip


@contextmanager
def readable(name: str) -> Iterator[None]:
    """Turns damage that shows inside into Unreadable."""
    try:
        yield
    except DAMAGE as error:
        raise Unreadable(f"{name} is damaged, or something else: {error}.") from error
