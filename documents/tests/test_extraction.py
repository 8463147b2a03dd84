"""Extraction by itself: files in, words with places out."""

import io
import shutil
import subprocess
from datetime import date

import pypdfium2
import pytest
from PIL import Image

from documents.extraction import chunking, identity, ocr, reading, sandbox, sniff, terms
from documents.extraction.identity import ChartIdentity, Verdict
from documents.extraction.shapes import PageWords, Refused, Word
from documents.tests.samples import LETTER, pdf, picture, saved, scanned_pdf

ZOE = ChartIdentity(("Zoë", "Zo"), "Tester-Brown", date(1985, 7, 20))
needs_tesseract = pytest.mark.skipif(
    shutil.which("tesseract") is None,
    reason="Install tesseract-ocr to read scans in this test.",
)


def text_of(words: list[Word]) -> str:
    return PageWords("x", words).text


def test_text_layer_keeps_lines_and_places() -> None:
    (words,) = reading.text_layer(pdf(LETTER))
    assert text_of(words).splitlines() == [" ".join(line.split()) for line in LETTER]
    left, top, right, bottom = words[0].box
    assert (round(left), right > left, bottom > top) == (61, True, True)
    assert 40 < top < 70


@pytest.mark.parametrize("turn", [90, 180, 270])
def test_boxes_follow_a_turned_page(turn: int) -> None:
    document = pypdfium2.PdfDocument(pdf(LETTER))
    document[0].set_rotation(turn)
    buffer = io.BytesIO()
    document.save(buffer)
    file = reading.KINDS[sniff.PDF](buffer.getvalue())
    (size,) = file.sizes()
    image = file.picture(0, 1000).convert("L")
    scale = 1000 / max(size.width, size.height)
    for word in file.words(0):
        box = tuple(round(at * scale) for at in word.box)
        assert min(image.crop(box).tobytes()) < 128, f"nothing is drawn where {word.text} is"


def test_photo_is_turned_as_its_camera_says() -> None:
    tags = Image.Exif()
    tags[0x0112] = 6
    content = saved(Image.new("RGB", (300, 200), "white"), "JPEG", exif=tags)
    (size,) = reading.inspect(content).pages
    assert (size.width, size.height) == (200, 300)
    assert Image.open(io.BytesIO(reading.draw(content, 1))).size == (200, 300)


def test_each_frame_of_a_tiff_is_a_page() -> None:
    frames = [Image.new("L", (100, 50 + at)) for at in range(3)]
    content = saved(frames[0], "TIFF", save_all=True, append_images=frames[1:])
    assert [page.height for page in reading.inspect(content).pages] == [50, 51, 52]


def test_plain_text_has_pages_and_places() -> None:
    content = "\n".join(f"Line {at} of a long note about sleep." for at in range(120)).encode()
    facts = reading.inspect(content)
    assert (facts.media_type, len(facts.pages)) == (sniff.TEXT, 3)
    pages = reading.text_layer(content)
    assert "Line 119" in text_of(pages[2])
    assert reading.draw(content, 3).startswith(b"\x89PNG")


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"  \n ", "empty"),
        (b"%PDF-1.4\n%%EOF", "broken"),
        (b"GIF89a\x01\x00", "unknown_type"),
        (saved(picture(LETTER), "PNG")[:2000], "broken"),
        (pdf(LETTER, password="x"), "encrypted"),
    ],
)
def test_refusals_have_a_code_and_a_sentence(content: bytes, reason: str) -> None:
    with pytest.raises(Refused) as refusal:
        sandbox.inspect(content)
    assert refusal.value.reason == reason
    assert refusal.value.sentence.endswith((".", "again."))


def test_bomb_is_refused_by_its_announced_size() -> None:
    bomb = saved(Image.new("1", (30_000, 30_000)), "PNG")
    assert len(bomb) < 200_000
    with pytest.raises(Refused) as refusal:
        sandbox.inspect(bomb)
    assert refusal.value.reason == "too_large"


def test_child_that_takes_too_long_is_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(*args: object, **options: object) -> None:
        raise subprocess.TimeoutExpired("child", 60)

    monkeypatch.setattr(sandbox.subprocess, "run", slow)
    with pytest.raises(Refused) as refusal:
        sandbox.inspect(b"x")
    assert refusal.value.reason == "too_hard"


def test_child_has_no_secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENCRYPTION_KEY", "secret")
    assert "ENCRYPTION_KEY" not in sandbox.ENVIRONMENT


@needs_tesseract
def test_tesseract_reads_a_scan_in_page_units() -> None:
    words = sandbox.read_picture(scanned_pdf(LETTER), 1, engine="tesseract")
    assert "0.4 mmol/L" in text_of(words)
    (clean,) = reading.text_layer(pdf(LETTER))
    lithium, drawn = (next(w for w in some if w.text == "lithium") for some in (words, clean))
    for at, wanted in zip(lithium.box, drawn.box, strict=True):
        assert abs(at - wanted) < 8
    assert 0.5 < lithium.confidence <= 1


@pytest.mark.slow
def test_rapidocr_reads_a_scan() -> None:
    words = sandbox.read_picture(scanned_pdf(LETTER), 1, engine="rapidocr")
    assert "0.4" in text_of(words)
    assert "lithium" in text_of(words)


def test_an_engine_is_there() -> None:
    assert ocr.engines_there()


def test_stretches_lose_no_word_and_stay_near_their_length() -> None:
    sentence = "She slept four hours and walked less than in the weeks before. "
    words = [
        Word(text, (10.0 * (at % 12), 12.0 * (at // 12), 10.0 * (at % 12) + 9, 12.0 * (at // 12) + 9))
        for at, text in enumerate((sentence * 40).split())
    ]  # fmt: skip
    parts = chunking.stretches(words)
    assert " ".join(part.text.replace("\n", " ") for part in parts).split() == [
        w.text for w in words
    ]
    assert all(
        chunking.ENOUGH <= len(part.text.split()) <= chunking.WORDS for part in parts[:-1]
    )
    assert all(part.text.endswith(".") for part in parts)
    assert chunking.stretches([]) == []


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("Patient: Zoë Tester-Brown\nDOB: 20/07/1985", "match"),
        ("Patient: Mrs ZOE TESTER-BROWN  Sex: female", "match"),
        ("Name: Tester-Brown Zo", "match"),
        ("I saw Zoe Tester-Brown today.", "match"),
        ("Date of birth 20th July 1985", "match"),
        ("born on the farm; DOB July 20, 1985", "match"),
        ("DOB 07/20/1985", "match"),
        ("Patient: Zoe Tester-Browm", "match"),
        ("Patient: John Smith\nDOB: 20/07/1985", "mismatch"),
        ("Patient: Zoë Tester-Brown\nDOB: 21/07/1985", "mismatch"),
        ("Date of birth: 1 May 1970", "mismatch"),
        ("Re: blood results of last week", "not_found"),
        ("A letter about nobody.", "not_found"),
        ("DOB: unknown", "not_found"),
        ("DOB: 31/02/1985", "not_found"),
    ],
)
def test_identity(text: str, verdict: str) -> None:
    assert identity.check(text, ZOE) == Verdict(verdict)


def test_terms_are_found_word_for_word_with_their_place() -> None:
    words = [
        Word(text, (float(at), 0.0, at + 1.0, 1.0))
        for at, text in enumerate("Takes (Lithium carbonate), not lithiums; bipolar disorder.".split())
    ]  # fmt: skip
    names = terms.spellings("Lithium carbonate", first_word=True)
    assert names == ["Lithium", "Lithium carbonate"]
    (found,) = terms.mentions(words, names)
    assert (found.term, found.box) == ("Lithium carbonate", (1.0, 0.0, 3.0, 1.0))
    assert terms.mentions(words, terms.spellings("Bipolar disorder, unspecified"))
    assert terms.mentions(words, ["not", "of"]) != []
    assert terms.mentions(words, ["of"]) == []
