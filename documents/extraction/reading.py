"""What can be asked of a file. Runs inside the child process that `sandbox` starts."""

import io
from collections.abc import Callable
from typing import Protocol

from PIL import Image

from documents.extraction import ocr, sniff
from documents.extraction.limits import RENDER_PIXELS, VIEW_PIXELS
from documents.extraction.pdf import PdfFile
from documents.extraction.pictures import PictureFile
from documents.extraction.plain import TextFile
from documents.extraction.shapes import FileFacts, PageSize, Refused, Word

TEXT_LAYER, OCR = "text-layer", "ocr"


class OpenFile(Protocol):
    """A file of any kind, with pages counted from 0."""

    def sizes(self) -> list[PageSize]: ...
    def words(self, at: int) -> list[Word]: ...
    def picture(self, at: int, longest: int) -> Image.Image: ...


KINDS: dict[str, Callable[[bytes], OpenFile]] = {
    sniff.PDF: PdfFile,
    sniff.PNG: PictureFile,
    sniff.JPEG: PictureFile,
    sniff.TIFF: PictureFile,
    sniff.TEXT: TextFile,
}


def inspect(content: bytes) -> FileFacts:
    """Type and pages; raises Refused when the file can't be taken."""
    media_type = sniff.media_type(content)
    return FileFacts(media_type, KINDS[media_type](content).sizes())


def text_layer(content: bytes) -> list[list[Word]]:
    """The words that each page carries as text, and none for a scan."""
    file = _opened(content)
    return [file.words(at) for at in range(len(file.sizes()))]


def read_picture(content: bytes, number: int, *, engine: str = "") -> list[Word]:
    """The words of page `number` (from 1) read from its picture, in page units."""
    picture, size = _drawn(content, number, RENDER_PIXELS)
    scale = max(size.width, size.height) / max(picture.size)
    return [_scaled(word, scale) for word in ocr.read(picture, engine=engine)]


def draw(content: bytes, number: int) -> bytes:
    """Page `number` (from 1) as a PNG for the screen."""
    picture, _ = _drawn(content, number, VIEW_PIXELS)
    buffer = io.BytesIO()
    picture.save(buffer, "PNG")
    return buffer.getvalue()


def _drawn(content: bytes, number: int, longest: int) -> tuple[Image.Image, PageSize]:
    file = _opened(content)
    sizes = file.sizes()
    if not 1 <= number <= len(sizes):
        raise Refused("no_page", f"The document has pages 1 to {len(sizes)}.")
    return file.picture(number - 1, longest), sizes[number - 1]


def _opened(content: bytes) -> OpenFile:
    return KINDS[sniff.media_type(content)](content)


def _scaled(word: Word, scale: float) -> Word:
    left, top, right, bottom = (at * scale for at in word.box)
    return Word(word.text, (left, top, right, bottom), word.confidence)
