"""What every importer is: a file or folder in, chunks of columns out. Pure.

An importer reads in constant memory and gives a chunk every few thousand records. Each
chunk says how many records have been read up to its end, so that an import can stop at
any chunk and go on there: `read(start=n)` skips the first n records and gives the same
chunks from there on. What can't be read is named by its record; what the catalogue has
no metric for is counted by its own name. Nothing is dropped in silence.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from biometrics.features.columns import Columns
from clinicity.common.exceptions import Invalid

UTC = ZoneInfo("UTC")
# Samples in a chunk, about: large enough to store well, small enough to stop soon.
CHUNK = 20_000

# The label of the device as the file names it ("" for none), and the metric's code.
Lane = tuple[str, str]
# Number of the record (from 0, in the file's own order) and why it can't be kept.
Reason = tuple[int, str]


class Unreadable(Invalid):
    """The file is not what this importer reads, or breaks off."""

    type = "unreadable-file"
    title = "The file can't be read."


@dataclass(frozen=True)
class Chunk:
    """Samples by device and metric, in the metric's own unit, and where to go on."""

    lanes: Mapping[Lane, Columns]
    # Records read from the beginning of the source up to the end of this chunk.
    position: int
    reasons: Sequence[Reason] = ()
    # Records of kinds that the catalogue has no metric for, by the file's own name.
    ignored: Mapping[str, int] = field(default_factory=dict)
    # Share of the source that has been read, 0 … 1, for a progress bar.
    progress: float = 0.0


@dataclass(frozen=True)
class Options:
    """What a person says about a file that the file itself doesn't."""

    # Of local times without an offset.
    zone: ZoneInfo = UTC
    # In a file about several people, whose part to read ("" where there is one).
    person: str = ""
    # For files with columns of any name: column → metric, unit and so on.
    mapping: Mapping[str, str] = field(default_factory=dict)


class Importer(Protocol):
    """One format. Registered by its code in `IMPORTERS`."""

    @property
    def code(self) -> str: ...

    @property
    def title(self) -> str:
        """What people call the format: "Apple Health export"."""

    @property
    def accepts(self) -> str:
        """What to choose, in words: "export.zip as the Health app makes it"."""

    def matches(self, source: Path) -> bool:
        """Whether the content looks like this format. Cheap; never raises."""

    def people(self, source: Path) -> list[str]:
        """Names of the people in the source; empty where it is about one."""

    def read(self, source: Path, options: Options, *, start: int = 0) -> Iterator[Chunk]:
        """Chunks from record `start` on; raises Unreadable with a sentence."""
