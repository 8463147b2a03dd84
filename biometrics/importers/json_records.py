"""JSON values one by one from a stream of any size, in constant memory. Pure.

Reads an array (its items), one value, values one after the other, and an object whose
member `inner` is an array (its items instead of the object: a FHIR Bundle's entries).
"""

import json
import re
from collections.abc import Iterator
from typing import IO, Any

from biometrics.importers.base import Unreadable

BLOCK, LARGEST = 1 << 16, 1 << 26
DECODER = json.JSONDecoder()
SPACE = re.compile(r"[ \t\r\n]*")


def values(stream: IO[str], inner: str = "") -> Iterator[Any]:
    """The values of the stream; raises Unreadable where it is no JSON or breaks off."""
    text = _Text(stream)
    while first := text.peek():
        if first == "[":
            yield from text.items()
        elif first == "{" and inner:
            yield from text.members(inner)
        else:
            yield text.value()


class _Text:
    """A window on the stream that grows until the next value is whole."""

    def __init__(self, stream: IO[str]) -> None:
        self.stream, self.text, self.place = stream, "", 0

    def peek(self) -> str:
        """The next character that is no space; "" at the end."""
        while True:
            self.place = _after_space(self.text, self.place)
            if self.place < len(self.text):
                return self.text[self.place]
            if not self._more():
                return ""

    def value(self) -> Any:
        self.peek()
        while True:
            try:
                value, end = DECODER.raw_decode(self.text, self.place)
            except (json.JSONDecodeError, RecursionError) as error:
                if self._more():
                    continue
                raise Unreadable("The file is no whole JSON: it breaks off.") from error
            # A number at the very end of the window may go on.
            if end == len(self.text) and self._more():
                continue
            self.place = end
            return value

    def items(self) -> Iterator[Any]:
        self._expect("[")
        if self.peek() == "]":
            self._expect("]")
            return
        while True:
            yield self.value()
            if self._expect(",]") == "]":
                return

    def members(self, inner: str) -> Iterator[Any]:
        self._expect("{")
        found, rest = False, {}
        while self.peek() != "}":
            key = self.value()
            self._expect(":")
            if key == inner and self.peek() == "[":
                found = True
                yield from self.items()
            else:
                rest[key] = self.value()
            if self.peek() != "}":
                self._expect(",")
        self._expect("}")
        if not found:
            yield rest

    def _expect(self, characters: str) -> str:
        found = self.peek()
        if not found or found not in characters:
            raise Unreadable(f"The file is no JSON: {found!r} where {characters!r} should be.")
        self.place += 1
        return found

    def _more(self) -> bool:
        kept = self.text[self.place :]
        if len(kept) > LARGEST:
            raise Unreadable("One value of the file is too large, or the file is no JSON.")
        piece = self.stream.read(max(BLOCK, len(kept)))
        self.text, self.place = kept + piece, 0
        return bool(piece)


def _after_space(text: str, place: int) -> int:
    found = SPACE.match(text, place)
    return found.end() if found else place
