"""Photos and scans: one page a picture, several in a TIFF."""

import io
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, ImageOps, UnidentifiedImageError

from documents.extraction.limits import MOST_PAGES, MOST_PIXELS
from documents.extraction.shapes import PageSize, Refused, Word

BROKEN = (UnidentifiedImageError, OSError, SyntaxError, ValueError)


class PictureFile:
    """An open PNG, JPEG or TIFF. Sizes are checked before a pixel is unpacked."""

    def __init__(self, content: bytes) -> None:
        Image.MAX_IMAGE_PIXELS = None  # our own limit, which refuses in words
        with _in_words():
            self._image = Image.open(io.BytesIO(content), formats=("PNG", "JPEG", "TIFF"))
            frames = getattr(self._image, "n_frames", 1)
            if frames > MOST_PAGES:
                raise Refused("too_many_pages", f"A document has 1 to {MOST_PAGES} pages.")
            self._sizes = [self._size(at) for at in range(frames)]
        # A cut file shows only when it is unpacked.
        self.picture(0, 1)

    def sizes(self) -> list[PageSize]:
        return self._sizes

    def words(self, at: int) -> list[Word]:
        """A picture has no text layer."""
        return []

    def picture(self, at: int, longest: int) -> Image.Image:
        with _in_words():
            self._image.seek(at)
            upright = ImageOps.exif_transpose(self._image).convert("RGB")
        upright.thumbnail((longest, longest))
        return upright

    def _size(self, at: int) -> PageSize:
        self._image.seek(at)
        width, height = self._image.size
        if width * height > MOST_PIXELS:
            raise Refused(
                "too_large", f"A picture has at most {MOST_PIXELS // 1_000_000} megapixels."
            )
        turned = self._image.getexif().get(0x0112, 1) in (5, 6, 7, 8)
        return PageSize(height, width) if turned else PageSize(width, height)


@contextmanager
def _in_words() -> Iterator[None]:
    """Pillow's many ways to say that a file is damaged, as one sentence."""
    try:
        yield
    except Refused:
        raise
    except BROKEN as error:
        raise Refused(
            "broken", "The file says that it is a picture, and can't be read as one."
        ) from error
