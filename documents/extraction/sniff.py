"""What a file is, by its bytes. Its name and what the browser says don't count."""

from documents.extraction.shapes import Refused

PDF, PNG, JPEG, TIFF, TEXT = (
    "application/pdf", "image/png", "image/jpeg", "image/tiff", "text/plain",
)  # fmt: skip
SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"\x89PNG\r\n\x1a\n", PNG),
    (b"\xff\xd8\xff", JPEG),
    (b"II*\x00", TIFF),
    (b"MM\x00*", TIFF),
)
# ISO 32000 wants the header first; readers look for it in the first kilobyte.
PDF_HEADER_WITHIN = 1024
CONTROL = (frozenset(range(32)) | {127}) - {9, 10, 12, 13}


def media_type(content: bytes) -> str:
    """One of the five types that are read; raises Refused for everything else."""
    if not content:
        raise Refused("empty", "The file is empty.")
    for signature, kind in SIGNATURES:
        if content.startswith(signature):
            return kind
    if b"%PDF-" in content[:PDF_HEADER_WITHIN]:
        return PDF
    if _is_text(content):
        return TEXT
    raise Refused(
        "unknown_type", "This is not a PDF, PNG, JPEG, TIFF or plain text file inside."
    )


def _is_text(content: bytes) -> bool:
    try:
        content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return False
    return not CONTROL.intersection(content)
