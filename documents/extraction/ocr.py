"""Reading pictures of text. One dictionary of engines; the first that is there reads.

Measured, character error rate and seconds a page on one thread: Tesseract 5.3 .004
and 2.0 s on clean 200 dpi, .034 on a fax; RapidOCR .000 and .062, 5 to 12 s.
"""

import csv
import io
import shutil
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from PIL import Image

from documents.extraction.limits import SECONDS
from documents.extraction.shapes import Refused, Word

# Below this, Tesseract reads better from the picture at twice its size.
SMALL = 1300
# Tesseract's row of a word, in its table of pages, blocks, paragraphs, lines, words.
WORD_LEVEL = "5"


@dataclass(frozen=True)
class Engine:
    is_there: Callable[[], bool]
    read: Callable[[Image.Image], list[Word]]


def read(picture: Image.Image, *, engine: str = "") -> list[Word]:
    """The words of a picture in reading order, boxes in its own pixels."""
    chosen = ENGINES[engine] if engine else _first()
    return chosen.read(picture)


def engines_there() -> list[str]:
    return [name for name, engine in ENGINES.items() if engine.is_there()]


def _first() -> Engine:
    for engine in ENGINES.values():
        if engine.is_there():
            return engine
    raise Refused("no_ocr", "No program that reads pictures of text is installed.")


def _tesseract(picture: Image.Image) -> list[Word]:
    factor = 2 if max(picture.size) < SMALL else 1
    larger = picture.resize((picture.width * factor, picture.height * factor))
    done = subprocess.run(
        ["tesseract", "stdin", "stdout", "--dpi", "200", "-l", "eng", "tsv"],
        input=_png(larger), capture_output=True, timeout=SECONDS, check=True,
        env={"OMP_THREAD_LIMIT": "1", "PATH": "/usr/local/bin:/usr/bin:/bin"},
    )  # fmt: skip
    return list(_tsv_words(done.stdout.decode(), factor))


def _tsv_words(table: str, factor: int) -> Iterator[Word]:
    for row in csv.DictReader(io.StringIO(table), delimiter="\t", quoting=csv.QUOTE_NONE):
        text = (row["text"] or "").strip()
        if row["level"] != WORD_LEVEL or not text:
            continue
        left, top = float(row["left"]) / factor, float(row["top"]) / factor
        right = left + float(row["width"]) / factor
        bottom = top + float(row["height"]) / factor
        yield Word(text, (left, top, right, bottom), float(row["conf"]) / 100)


def _rapidocr(picture: Image.Image) -> list[Word]:
    import numpy  # noqa: PLC0415

    found = _rapidocr_engine()(numpy.asarray(picture), return_word_box=False)
    if found.boxes is None:
        return []
    rows = zip(found.txts, found.boxes, found.scores, strict=True)
    return [word for text, corners, score in rows for word in _split(text, corners, score)]


def _split(line: str, corners: Any, score: float) -> Iterator[Word]:
    """The words of a line that was read as one, each in its share of the line's box."""
    left, right = float(corners[:, 0].min()), float(corners[:, 0].max())
    top, bottom = float(corners[:, 1].min()), float(corners[:, 1].max())
    step, at = (right - left) / max(len(line), 1), 0
    for text in line.split():
        at = line.index(text, at)
        end = at + len(text)
        yield Word(text, (left + at * step, top, left + end * step, bottom), float(score))
        at = end


@lru_cache(maxsize=1)
def _rapidocr_engine() -> Any:
    import logging  # noqa: PLC0415

    from rapidocr import RapidOCR  # noqa: PLC0415

    logging.getLogger("RapidOCR").setLevel(logging.ERROR)
    return RapidOCR()


def _has_rapidocr() -> bool:
    from importlib.util import find_spec  # noqa: PLC0415

    return find_spec("rapidocr") is not None


def _png(picture: Image.Image) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


ENGINES: dict[str, Engine] = {
    "tesseract": Engine(lambda: shutil.which("tesseract") is not None, _tesseract),
    "rapidocr": Engine(_has_rapidocr, _rapidocr),
}
