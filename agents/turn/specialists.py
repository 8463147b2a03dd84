"""Specialists: a folder of `agents/prompts/` each, read once, known by version and hash.

`scope.md` says what the role answers and what it leaves alone (with its version in
the first line), `lexicon.toml` scores the words that call it and names what it looks
at, `red_flags.toml` lists what it must bring up, `schema.json` the form of its view.
"""

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from agents.turn.evidence import Kind
from clinicity.language.words import content_stems, stem

PROMPTS = Path(__file__).parent.parent / "prompts"
ROLES = ("general_physician", "cardiologist", "neurologist", "orthopedist", "psychiatrist")
GENERALIST = "general_physician"


@dataclass(frozen=True, slots=True)
class RedFlag:
    """Words of the record that a specialist brings up unasked."""

    name: str
    words: tuple[frozenset[str], ...]


@dataclass(frozen=True, slots=True)
class Prompt:
    version: str
    digest: str
    scope: str
    schema: str


@dataclass(frozen=True)
class Specialist:
    """`terms` maps stems to weights; `topics` and `kinds` are what it looks at."""

    role: str
    title: str
    prompt: Prompt
    terms: Mapping[str, float]
    topics: frozenset[str]
    kinds: frozenset[Kind]
    red_flags: tuple[RedFlag, ...]

    def score(self, text: str) -> float:
        """How strongly the words of a text call this specialist."""
        return sum(self.terms.get(word, 0.0) for word in set(content_stems(text)))


@lru_cache(maxsize=1)
def specialists() -> Mapping[str, Specialist]:
    return {role: _load(PROMPTS / role) for role in ROLES}


def _load(folder: Path) -> Specialist:
    lexicon = tomllib.loads((folder / "lexicon.toml").read_text())
    flags = tomllib.loads((folder / "red_flags.toml").read_text())
    return Specialist(
        role=folder.name,
        title=lexicon["title"],
        prompt=_prompt(folder),
        terms={stem(word): float(weight) for word, weight in lexicon["terms"].items()},
        topics=frozenset(lexicon["plan"]["topics"]),
        kinds=frozenset(Kind(kind) for kind in lexicon["plan"]["kinds"]),
        red_flags=tuple(_flag(flag) for flag in flags["flag"]),
    )


def _prompt(folder: Path) -> Prompt:
    files = sorted(path for path in folder.iterdir() if path.is_file())
    digest = hashlib.sha256(
        b"\x00".join(path.name.encode() + path.read_bytes() for path in files)
    )
    scope = (folder / "scope.md").read_text()
    version = scope.splitlines()[0].removeprefix("version:").strip()
    return Prompt(version, digest.hexdigest(), scope, (folder / "schema.json").read_text())


def _flag(raw: Mapping[str, Any]) -> RedFlag:
    return RedFlag(
        raw["name"], tuple(frozenset(content_stems(words)) for words in raw["words"])
    )
