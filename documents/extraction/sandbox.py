"""Files are parsed in a child process with limits on time and memory.

A parser that crashes, loops or fills memory takes the child with it and nothing
else. The child gets no environment, so none of our secrets.
"""

import json
import subprocess
import sys
from pathlib import Path

from documents.extraction.child import REFUSED
from documents.extraction.limits import SECONDS
from documents.extraction.shapes import FileFacts, PageSize, Refused, Word, words_from

ROOT = Path(__file__).resolve().parent.parent.parent
# One thread each, so that arrays don't reserve memory for threads nobody asked for.
ENVIRONMENT = {
    "PATH": "/usr/local/bin:/usr/bin:/bin",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
}


def inspect(content: bytes) -> FileFacts:
    """What the file is and the sizes of its pages; raises Refused."""
    answer = json.loads(_ask(content, "inspect"))
    return FileFacts(answer["media_type"], [PageSize(*size) for size in answer["pages"]])


def text_layer(content: bytes) -> list[list[Word]]:
    """The words that each page carries as text."""
    return [words_from(rows) for rows in json.loads(_ask(content, "text_layer"))]


def read_picture(content: bytes, number: int, *, engine: str = "") -> list[Word]:
    """The words of page `number` (from 1), read from its picture."""
    answer = _ask(content, "read_picture", str(number), *([engine] if engine else []))
    return words_from(json.loads(answer))


def draw(content: bytes, number: int) -> bytes:
    """Page `number` (from 1) as a PNG."""
    return _ask(content, "draw", str(number))


def _ask(content: bytes, *question: str) -> bytes:
    try:
        done = subprocess.run(
            [sys.executable, "-m", "documents.extraction.child", *question],
            input=content, capture_output=True, timeout=SECONDS, check=False,
            cwd=ROOT, env=ENVIRONMENT,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise _too_hard() from error
    if done.returncode == REFUSED:
        raise Refused(*json.loads(done.stderr.splitlines()[-1]))
    if done.returncode:
        raise _too_hard()
    return done.stdout


def _too_hard() -> Refused:
    return Refused(
        "too_hard", "The file needed too much time or memory to be read, and was left."
    )
