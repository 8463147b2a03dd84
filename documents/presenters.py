"""What pages say of documents, in words and shapes."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from documents.extraction.shapes import Box
from documents.models import Document, DocumentPage
from documents.selectors import Passage, Progress

FAILURES = {
    "encrypted": gettext_lazy("The PDF is protected by a password."),
    "broken": gettext_lazy("The file is damaged."),
    "too_hard": gettext_lazy("Reading it took too much time or memory."),
    "too_large": gettext_lazy("A page of it is too large."),
    "no_ocr": gettext_lazy("It is a scan, and no program to read scans is installed."),
    "Unavailable": gettext_lazy("The passage index did not answer."),
}
TONES = {"ready": "ok", "held": "high", "failed": "critical", "reading": "info"}
ICONS = {"ready": "check", "held": "warning", "failed": "warning", "reading": "refresh"}
# Air around a highlighted line, as a share of its height.
AIR = 0.18


@dataclass(frozen=True)
class Standing:
    """How a document stands, for a badge and, while it is read, a bar."""

    document_id: UUID
    label: str
    tone: str
    icon: str
    sentence: str
    step: str
    done: int
    total: int
    settled: bool


@dataclass(frozen=True)
class Rect:
    """A rectangle of a drawing, as the text of SVG attributes."""

    x: str
    y: str
    width: str
    height: str


@dataclass(frozen=True)
class Sheet:
    """One page as it is drawn: the picture, and what is lit on it."""

    number: int
    width: str
    height: str
    rects: Sequence[Rect]
    words: str
    note: str


def standing_of(progress: Progress) -> Standing:
    return Standing(
        progress.document_id, str(progress.state_label), TONES.get(progress.state, ""),
        ICONS.get(progress.state, "clock"), _sentence(progress), str(progress.step_label),
        progress.pages_read, progress.page_count, progress.settled,
    )  # fmt: skip


def standing_of_row(document: Document) -> Standing:
    """The same from a list's row, where the pages read so far aren't counted."""
    return Standing(
        document.id, document.get_state_display(), TONES.get(document.state, ""),
        ICONS.get(document.state, "clock"), _failure(document.state, document.failure),
        document.get_step_display(), 0, document.page_count, document.is_settled,
    )  # fmt: skip


def sheet_of(page: DocumentPage, passage: Passage | None) -> Sheet:
    """The page with the passage's lines lit, when it stands on this page."""
    lit = passage.boxes if passage and passage.page == page.number else []
    return Sheet(
        page.number, _figure(page.width), _figure(page.height), [_rect(box) for box in lit],
        page.text, _how_read(page),
    )  # fmt: skip


def _rect(box: Box) -> Rect:
    left, top, right, bottom = box
    air = (bottom - top) * AIR
    return Rect(
        _figure(left - air), _figure(top - air), _figure(right - left + 2 * air),
        _figure(bottom - top + 2 * air),
    )  # fmt: skip


def _figure(number: float) -> str:
    """Always with a point: a page in another language would write a comma."""
    return f"{number:.1f}"


def _how_read(page: DocumentPage) -> str:
    if page.source == DocumentPage.Source.TEXT_LAYER:
        return _("Text as the file carries it.")
    if page.confidence is None:
        return _("Read from the picture: no words were found on it.")
    return _("Read from the picture; the reader was %(sure)d%% sure of its words.") % {
        "sure": round(page.confidence * 100)
    }


def _sentence(progress: Progress) -> str:
    if progress.settled:
        return _failure(progress.state, progress.failure)
    return str(progress.step_label) or str(progress.state_label)


def _failure(state: str, failure: str) -> str:
    if state != Document.State.FAILED:
        return ""
    return str(FAILURES.get(failure, _("Reading it stopped with a fault of ours.")))
