"""Puts a simulated paper on a page: as PDF with text, as a scan, or as a photo."""

from collections.abc import Callable
from io import BytesIO

import numpy as np
import pypdfium2
from PIL import Image
from reportlab.lib.pagesizes import A4
from reportlab.lib.styles import ParagraphStyle, getSampleStyleSheet
from reportlab.platypus import Flowable, Paragraph, SimpleDocTemplate, Spacer

from clinicity.demo.documents import CLINIC, Paper

SCAN_DPI = 170
TILT = {"scan": 0.6, "photo": -1.4}
SEED = 7


def printed(paper: Paper) -> bytes:
    """The file as it is uploaded; the same paper always gives the same bytes."""
    return FORMS[paper.form](paper)


def _pdf(paper: Paper) -> bytes:
    target = BytesIO()
    document = SimpleDocTemplate(
        target, pagesize=A4, title=paper.title, author=CLINIC, invariant=1,
        leftMargin=64, rightMargin=64, topMargin=64,
    )  # fmt: skip
    document.build(_story(paper))
    return target.getvalue()


def _scan(paper: Paper) -> bytes:
    target = BytesIO()
    when = paper.written_on.timetuple()
    _page_image(paper, noise=9.0).save(
        target, "PDF", resolution=SCAN_DPI, quality=70, creationDate=when, modDate=when
    )
    return target.getvalue()


def _photo(paper: Paper) -> bytes:
    page = np.asarray(_page_image(paper, noise=6.0), dtype=np.float64)
    # Light falls from one side, as it does on a kitchen table.
    light = np.linspace(1.0, 0.78, page.shape[1])[None, :]
    target = BytesIO()
    Image.fromarray((page * light).astype(np.uint8)).save(target, "JPEG", quality=82)
    return target.getvalue()


def _story(paper: Paper) -> list[Flowable]:
    styles = getSampleStyleSheet()
    text = ParagraphStyle("text", parent=styles["BodyText"], fontSize=11, leading=16)
    about, day = paper.about, paper.written_on
    born = f"{about.born.day} {about.born:%B %Y}"
    head = [
        CLINIC,
        f"Patient: {about.full_name}",
        f"Date of birth: {born}",
        f"Record number: {about.record_number}",
        f"Date: {day.day} {day:%B %Y}",
    ]
    story: list[Flowable] = [Paragraph(line, text) for line in head]
    story += [Spacer(1, 14), Paragraph(paper.title, styles["Heading1"])]
    return story + [Paragraph(line, text) for line in paper.paragraphs]


def _page_image(paper: Paper, *, noise: float) -> Image.Image:
    """The first page in grey, slightly askew and grainy."""
    pdf = pypdfium2.PdfDocument(_pdf(paper))
    page = pdf[0].render(scale=SCAN_DPI / 72).to_pil().convert("L")
    tilted = page.rotate(TILT[paper.form], Image.Resampling.BICUBIC, fillcolor=255)
    grain = np.random.default_rng(SEED).normal(0, noise, (tilted.height, tilted.width))
    pixels = np.clip(np.asarray(tilted, dtype=np.float64) + grain, 0, 255)
    return Image.fromarray(pixels.astype(np.uint8))


FORMS: dict[str, Callable[[Paper], bytes]] = {
    "pdf": _pdf,
    "scan": _scan,
    "photo": _photo,
}
