"""PDF pages through PDFium: sizes, the text layer word by word, pictures of pages."""

from collections.abc import Iterator
from typing import Any

import pypdfium2
import pypdfium2.raw as raw
from PIL import Image

from documents.extraction.limits import MOST_PAGES, MOST_PIXELS
from documents.extraction.shapes import Box, PageSize, Refused, Word

# What PDFium puts for signs that a font doesn't explain.
UNKNOWN = {0, 0xFFFE, 0xFFFF, 0xFFFD}


class PdfFile:
    """An open PDF. Raises Refused when it is encrypted, broken or too large."""

    def __init__(self, content: bytes) -> None:
        try:
            self._document = pypdfium2.PdfDocument(content)
        except pypdfium2.PdfiumError as error:
            raise _refusal(error) from error
        if not 0 < len(self._document) <= MOST_PAGES:
            raise Refused("too_many_pages", f"A document has 1 to {MOST_PAGES} pages.")

    def sizes(self) -> list[PageSize]:
        return [PageSize(*self._document.get_page_size(at)) for at in range(self._count)]

    def words(self, at: int) -> list[Word]:
        """The words of page `at` (from 0) in the order of the file."""
        page = self._document[at]
        place = _Placement(page)
        return [Word(text, place.seen(box)) for text, box in _words(page.get_textpage())]

    def picture(self, at: int, longest: int) -> Image.Image:
        """Page `at` as a picture whose longer side has `longest` pixels."""
        page = self._document[at]
        size = page.get_size()
        scale = longest / max(size)
        if size[0] * size[1] * scale**2 > MOST_PIXELS:
            raise Refused("too_large", "A page is too large to be drawn.")
        return page.render(scale=scale).to_pil().convert("RGB")  # type: ignore[no-any-return]

    @property
    def _count(self) -> int:
        return len(self._document)


class _Placement:
    """From PDF space (origin below, before rotation) to the page as it is seen."""

    def __init__(self, page: Any) -> None:
        self._left, self._bottom, self._right, self._top = page.get_cropbox()
        self._rotation = page.get_rotation()

    def seen(self, box: Box) -> Box:
        left, bottom, right, top = box
        w, h = self._right - self._left, self._top - self._bottom
        x0, x1 = left - self._left, right - self._left
        y0, y1 = self._top - top, self._top - bottom
        turned: dict[int, Box] = {
            0: (x0, y0, x1, y1),
            90: (h - y1, x0, h - y0, x1),
            180: (w - x1, h - y1, w - x0, h - y0),
            270: (y0, w - x1, y1, w - x0),
        }
        return turned[self._rotation]


def _words(page: Any) -> Iterator[tuple[str, Box]]:
    signs: list[str] = []
    boxes: list[Box] = []
    for at in range(page.count_chars()):
        code = raw.FPDFText_GetUnicode(page.raw, at)
        sign = "" if code in UNKNOWN else chr(code)
        if sign.strip():
            signs.append(sign)
            boxes.append(page.get_charbox(at))
        elif signs:
            yield "".join(signs), _union(boxes)
            signs, boxes = [], []
    if signs:
        yield "".join(signs), _union(boxes)


def _union(boxes: list[Box]) -> Box:
    lefts, bottoms, rights, tops = zip(*boxes, strict=True)
    return min(lefts), min(bottoms), max(rights), max(tops)


def _refusal(error: pypdfium2.PdfiumError) -> Refused:
    if error.err_code in (raw.FPDF_ERR_PASSWORD, raw.FPDF_ERR_SECURITY):
        return Refused(
            "encrypted", "The PDF is protected by a password. Remove it and upload again."
        )
    return Refused("broken", "The file says that it is a PDF, and can't be read as one.")
