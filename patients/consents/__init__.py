"""The texts that people agree to, by version: data, so that a decision names its words."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

FOLDER = Path(__file__).parent
# Every version has at least this language.
FALLBACK = "en"


class UnknownText(LookupError):
    """No version of that name ships."""


@dataclass(frozen=True)
class Text:
    """What a purpose means, and what follows when it is withdrawn, as the person reads it."""

    version: str
    text: str
    after: str


def versions() -> list[str]:
    """Every version that ships, the oldest first."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def current() -> str:
    """The version that people are asked to agree to now."""
    return versions()[-1]


def text_of(version: str, purpose: str, language: str = FALLBACK) -> Text:
    """The words of one purpose in one version; raises `UnknownText`."""
    texts = _read(version)
    spoken = texts.get(language.partition("-")[0], texts[FALLBACK])
    words = spoken.get(purpose) or texts[FALLBACK][purpose]
    return Text(version, words["text"], words["after"])


@lru_cache(maxsize=64)
def _read(version: str) -> dict[str, dict[str, dict[str, str]]]:
    if version not in versions():
        raise UnknownText(f"There is no consent text {version!r}.")
    return tomllib.loads((FOLDER / f"{version}.toml").read_text(encoding="utf-8"))
