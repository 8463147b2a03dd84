"""Real files: PDFs drawn by reportlab, scans and photos made from their pages."""

import io
import random
from typing import Any

from PIL import Image, ImageFilter
from reportlab.pdfgen.canvas import Canvas

from documents.extraction import reading

LETTER = (
    "Patient: Zoë Tester   DOB: 20/07/1985",
    "Serum lithium was 0.4 mmol/L on 3 March 2026, below the target range.",
    "She reports sleeping four hours a night and spending more than usual.",
    "Two doses of lithium were missed last week.",
)


def pdf(*pages: tuple[str, ...], password: str = "") -> bytes:
    """A PDF with a text layer, one page for each tuple of lines."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, invariant=True, encrypt=password or None)
    for lines in pages:
        canvas.setFont("Helvetica", 11)
        for at, line in enumerate(lines):
            canvas.drawString(60, 780 - 18 * at, line)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


def picture(lines: tuple[str, ...], *, seed: int = 7) -> Image.Image:
    """The page as a scanner sees it: soft, speckled, a little turned."""
    page = reading.KINDS["application/pdf"](pdf(lines)).picture(0, 2000)
    page = page.rotate(0.4, fillcolor="white").filter(ImageFilter.GaussianBlur(0.6))
    dice = random.Random(seed)
    for _ in range(2000):
        shade = dice.randrange(120, 220)
        page.putpixel((dice.randrange(page.width), dice.randrange(page.height)), (shade,) * 3)
    return page


def saved(image: Image.Image, kind: str, **options: Any) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def scanned_pdf(*pages: tuple[str, ...]) -> bytes:
    """A PDF of pictures, without any text layer."""
    images = [picture(lines) for lines in pages]
    return saved(images[0], "PDF", save_all=True, append_images=images[1:], resolution=170)
