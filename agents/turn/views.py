"""What one specialist says, and what the panel says together."""

from dataclasses import dataclass
from enum import StrEnum

from clinicity.language.verify import Sentence


class Part(StrEnum):
    """What a sentence of an answer is."""

    FINDING = "finding"
    FLAG = "flag"
    CONFLICT = "conflict"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Finding:
    sentence: Sentence
    part: Part = Part.FINDING
    weight: float = 0.0


@dataclass(frozen=True, slots=True)
class View:
    """One specialist's findings, best first, with what it looked at."""

    role: str
    title: str
    prompt_version: str
    prompt_digest: str
    findings: tuple[Finding, ...]
    looked_at: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Confidence:
    """In words, until a calibration exists."""

    level: str
    reason: str

    @property
    def text(self) -> str:
        return f"{self.level}: {self.reason}"
