"""The child process: one question about one file, under limits, without secrets.

    python -m documents.extraction.child QUESTION [NUMBER [ENGINE]] < file > answer

Answers in JSON (`draw`: in PNG). Ends with `REFUSED` and a JSON sentence on stderr
when the file is not taken.
"""

import json
import resource
import sys
from collections.abc import Callable

from documents.extraction import reading
from documents.extraction.limits import MEMORY_BYTES, SECONDS
from documents.extraction.shapes import Refused, words_as_rows

REFUSED = 3


def inspect(content: bytes) -> bytes:
    facts = reading.inspect(content)
    pages = [[page.width, page.height] for page in facts.pages]
    return _json({"media_type": facts.media_type, "pages": pages})


def text_layer(content: bytes) -> bytes:
    return _json([words_as_rows(words) for words in reading.text_layer(content)])


def read_picture(content: bytes, number: str, engine: str = "") -> bytes:
    return _json(words_as_rows(reading.read_picture(content, int(number), engine=engine)))


def draw(content: bytes, number: str) -> bytes:
    return reading.draw(content, int(number))


QUESTIONS: dict[str, Callable[..., bytes]] = {
    "inspect": inspect,
    "text_layer": text_layer,
    "read_picture": read_picture,
    "draw": draw,
}


def main(question: str, *arguments: str) -> int:
    _limit()
    try:
        answer = QUESTIONS[question](sys.stdin.buffer.read(), *arguments)
    except Refused as refusal:
        sys.stderr.write(json.dumps([refusal.reason, refusal.sentence]))
        return REFUSED
    sys.stdout.buffer.write(answer)
    return 0


def _limit() -> None:
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _json(value: object) -> bytes:
    return json.dumps(value).encode()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
