"""Plain text laid out on pages, so that a passage of it has a place like any other."""

from collections.abc import Iterator
from functools import cached_property

from PIL import Image, ImageDraw, ImageFont

from documents.extraction.limits import MOST_PAGES, MOST_TEXT_BYTES
from documents.extraction.shapes import PageSize, Refused, Word

# A4 in 1/72 inch, and a calm measure of text on it.
PAGE = PageSize(595, 842)
MARGIN, LEADING, TYPE = 56, 15, 11
LINES = int((PAGE.height - 2 * MARGIN) / LEADING)


class TextFile:
    """An open text file, broken into lines and pages."""

    def __init__(self, content: bytes) -> None:
        if len(content) > MOST_TEXT_BYTES:
            raise Refused("too_large", "A text file has at most 2 MB.")
        self._text = content.decode("utf-8-sig")
        if not self._text.strip():
            raise Refused("empty", "The file has no text in it.")
        if len(self._pages) > MOST_PAGES:
            raise Refused("too_many_pages", f"A document has 1 to {MOST_PAGES} pages.")

    def sizes(self) -> list[PageSize]:
        return [PAGE] * len(self._pages)

    def words(self, at: int) -> list[Word]:
        return self._pages[at]

    def picture(self, at: int, longest: int) -> Image.Image:
        scale = longest / PAGE.height
        image = Image.new("RGB", (round(PAGE.width * scale), longest), "white")
        draw, font = ImageDraw.Draw(image), ImageFont.load_default(TYPE * scale)
        for word in self._pages[at]:
            draw.text((word.box[0] * scale, word.box[1] * scale), word.text, "black", font)
        return image

    @cached_property
    def _pages(self) -> list[list[Word]]:
        pages: list[list[Word]] = [[]]
        for number, line in enumerate(self._lines()):
            if number and number % LINES == 0:
                pages.append([])
            top = MARGIN + number % LINES * LEADING
            pages[-1] += [
                Word(text, (left, top, right, top + TYPE + 2)) for text, left, right in line
            ]
        return pages

    def _lines(self) -> Iterator[list[tuple[str, float, float]]]:
        """Each line as (word, left, right), broken at the right margin."""
        font = ImageFont.load_default(TYPE)
        space = font.getlength(" ")
        for paragraph in self._text.splitlines():
            line: list[tuple[str, float, float]] = []
            left = float(MARGIN)
            for word in paragraph.split():
                width = font.getlength(word)
                if line and left + width > PAGE.width - MARGIN:
                    yield line
                    line, left = [], float(MARGIN)
                line.append((word, left, left + width))
                left += width + space
            yield line
