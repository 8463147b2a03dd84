"""Files in a folder of the test's own, and an index with nothing else in it."""

from pathlib import Path
from typing import Any

import pytest

from clinicity.knowledge import vectors
from documents.tests.samples import LETTER, pdf


@pytest.fixture
def letter() -> bytes:
    """A letter about Zoë Tester, as a PDF with text."""
    return pdf(LETTER)


@pytest.fixture(autouse=True)
def media(tmp_path: Path, settings: Any) -> Path:
    settings.MEDIA_ROOT = tmp_path
    return tmp_path


@pytest.fixture
def empty_index() -> None:
    vectors.passages().drop()
