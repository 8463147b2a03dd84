"""Blind full text: finding sealed text by its words without storing any of them.

Each word of a text is folded (case and accents), stemmed in every language of
`SEARCH_LANGUAGES`, and replaced by 64 bits of an HMAC under a key that only this subject
has. A row keeps the set of its tokens, sorted: no counts, no order, no lengths.
What a set of tokens still tells is written down in docs/security/search.md.

`Search` says whether an opened text really answers the question, with the same words, and
where: rows found by their tokens are checked by it, so a collision is never shown.
"""

import hmac
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256
from uuid import UUID

import snowballstemmer
from django.conf import settings

from clinicity.privacy.pseudonyms import folded, keyed_hash

SCOPE = "search.fulltext"
# Of the way in which words become tokens; a new one makes every row stale.
METHOD = "1"
# A figure keeps its decimals (0.65); an accent may stand behind its letter.
WORD = re.compile(r"\d+(?:[.,]\d+)+|[^\W_](?:[^\W_]|[\u0300-\u036f])*")
PART = re.compile(r'"([^"]*)"?|(\S+)')
QUOTES = str.maketrans("“”„«»", '"""""')
LONGEST_WORD = 64


@dataclass(frozen=True)
class Word:
    """A word where it stands: its stems, one a language, and its place in the text."""

    stems: frozenset[str]
    start: int
    end: int


def words(text: str) -> Iterator[Word]:
    """The words of a text in their order."""
    languages = tuple(settings.SEARCH_LANGUAGES)
    for found in WORD.finditer(text):
        stems = stems_of(found[0][:LONGEST_WORD], languages)
        yield Word(stems, found.start(), found.end())


@lru_cache(maxsize=50_000)
def stems_of(word: str, languages: tuple[str, ...]) -> frozenset[str]:
    """The stems of one word, each marked with its language."""
    plain = folded(word).replace(",", ".")
    return frozenset(f"{language}:{stemmed([plain], language)[0]}" for language in languages)


def stemmed(plain: Sequence[str], language: str) -> list[str]:
    """Stems of folded words, in their order."""
    # A stemmer keeps the word it works on, so threads can't share one.
    return list(snowballstemmer.stemmer(language).stemWords(list(plain)))


def tokens_of(subject_id: UUID, *texts: str) -> list[int]:
    """The set of tokens of some texts of a subject, as signed 64-bit numbers, sorted."""
    stems = {stem for text in texts for word in words(text) for stem in word.stems}
    return sorted(_tokens(subject_id, stems))


def scheme() -> str:
    """A fingerprint of secret, languages and method: rows made by another are stale."""
    return keyed_hash("\x00".join(settings.SEARCH_LANGUAGES), scope=f"{SCOPE}.{METHOD}")[:16]


def _tokens(subject_id: UUID, stems: Iterable[str]) -> set[int]:
    key = bytes.fromhex(keyed_hash(str(subject_id), scope=SCOPE))
    return {
        int.from_bytes(hmac.digest(key, stem.encode(), sha256)[:8], signed=True)
        for stem in stems
    }


@dataclass(frozen=True)
class Search:
    """What someone looks for: every word of every part; the words of a part side by side."""

    parts: tuple[tuple[frozenset[str], ...], ...]

    @cached_property
    def words(self) -> frozenset[frozenset[str]]:
        return frozenset(stems for part in self.parts for stems in part)

    def tokens(self, subject_id: UUID) -> list[list[int]]:
        """For each word its tokens; a row must have one of each. The rarest guess first."""
        longest_first = sorted(self.words, key=lambda stems: -max(map(len, stems)))
        return [sorted(_tokens(subject_id, stems)) for stems in longest_first]

    def matches(self, *texts: str) -> bool:
        """Whether each part stands in one of the texts."""
        standing = [[word.stems for word in words(text)] for text in texts]
        return all(any(_places(part, stems) for stems in standing) for part in self.parts)

    def spans(self, text: str) -> list[tuple[int, int]]:
        """Where the text has what was looked for, in order and apart from each other."""
        standing = list(words(text))
        stems = [word.stems for word in standing]
        found: list[tuple[int, int]] = []
        for part in self.parts:
            for at in _places(part, stems):
                found.append((standing[at].start, standing[at + len(part) - 1].end))
        return _apart(found)


def parse(question: str) -> Search:
    """`sleep "early waking"`: two parts. A bare `follow-up` is one part of two words."""
    parts = (
        tuple(word.stems for word in words(quoted or bare))
        for quoted, bare in PART.findall(question.translate(QUOTES))
    )
    return Search(tuple(filter(None, parts)))


def _places(part: Sequence[frozenset[str]], stems: Sequence[frozenset[str]]) -> list[int]:
    """At which words the part begins: each of its words shares a stem with the text's."""
    return [
        at
        for at in range(len(stems) - len(part) + 1)
        if all(wanted & there for wanted, there in zip(part, stems[at:], strict=False))
    ]


def _apart(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if joined and start < joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
