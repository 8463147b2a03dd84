"""What a store gives to read, and what was found in it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Text:
    """Something readable outside of protected fields, and where it stands."""

    place: str
    field: str
    row: str
    text: str
    # Bytes of a program's own, in which short words stand by chance.
    raw: bool = False


@dataclass(frozen=True, order=True)
class Finding:
    """One value that should not be there. It is described, never shown."""

    store: str
    place: str
    field: str
    row: str
    kind: str
    hint: str


@dataclass
class Report:
    """All findings, and what was looked at: an empty list says what it stands for."""

    findings: list[Finding] = field(default_factory=list)
    # Store → how many texts were read.
    read: dict[str, int] = field(default_factory=dict)
    # Stores that did not answer or aren't used, with the reason.
    skipped: dict[str, str] = field(default_factory=dict)
    patients: int = 0
    identifiers: int = 0
    # Patients whose identifiers can't be opened, so that nobody can look for them.
    closed: int = 0


Texts = Iterable[Text | Finding]
Reader = Iterator[Text | Finding]
