"""Health's XML cut into its records: fast where a record has the shape that Apple writes.

Apple writes the attributes of a record in one order. An expression reads that shape from
the bytes, several times as fast as an XML parser; whatever has another shape (workouts,
correlations, beats, other writers) goes to a real parser, element by element. No byte is
passed over: each match begins where the one before it ended, and what no match takes is
either the end of the document or told as an error.
"""

import re
from collections.abc import Iterator
from typing import IO, NamedTuple
from xml.etree import ElementTree as ET

from biometrics.importers.apple_source import BLOCK, beginning, read_from
from biometrics.importers.base import Unreadable


class Row(NamedTuple):
    """What stands in the file for one record: UTF-8, with XML's escapes still in it."""

    type: bytes = b""
    source: bytes = b""
    # What HealthKit says of the device, but for its address in memory.
    device: bytes = b""
    unit: bytes = b""
    start: bytes = b""
    end: bytes = b""
    number: bytes = b""
    # The value where it is no number.
    word: bytes = b""
    # IANA name of the time zone (HKTimeZone), where the record says it.
    zone: bytes = b""
    # An element of another shape, whole; then everything else is empty.
    other: bytes = b""
    tag: bytes = b""
    # What follows the last whole element of a block.
    rest: bytes = b""


# An element larger than this is none that Health writes. Bounds the memory.
LARGEST = 16 * 1024**2
ADDRESS = rb"&lt;&lt;HKDevice: 0x[0-9a-f]+&gt;"
NUMBER = rb"-?\d+(?:\.\d+)?(?:[eE][-+]?\d+)?"
ZONE = rb'<MetadataEntry key="HKTimeZone" value="([^"]*)"/>'
ENTRY = rb'<MetadataEntry key="[^"]*" value="[^"]*"/>'
BEATS = (
    rb"<HeartRateVariabilityMetadataList>(?:\s*<InstantaneousBeatsPerMinute [^<>]*/>)*+"
    rb"\s*</HeartRateVariabilityMetadataList>"
)
# Not even `<` is kept out of the quotes: a class of one letter is read at twice the speed.
PLAIN = (
    rb'<Record type="([^"]*)" sourceName="([^"]*)"(?: sourceVersion="[^"]*")?'
    rb'(?: device="(?:' + ADDRESS + rb')?([^"]*)")?(?: unit="([^"]*)")?'
    rb'(?: creationDate="[^"]*")? startDate="([^"]{25})" endDate="([^"]{25})"'
    rb'(?: value="(?:(' + NUMBER + rb')|([^"]*))")?'
    rb"(?:/>|>(?:\s*(?:" + ZONE + rb"|" + ENTRY + rb"|" + BEATS + rb"))*+\s*</Record>)"
)
ATTRIBUTES = rb"""(?:\s+[\w.:-]+\s*=\s*(?:"[^"<]*"|'[^'<]*'))*+\s*"""
OTHER = (
    rb"(<(?P<tag>[A-Za-z][\w.:-]*)" + ATTRIBUTES
    + rb"(?:/>|>(?:[^<]++|<(?!/(?P=tag)\s*>))*+</(?P=tag)\s*>))"
)  # fmt: skip
GAP = rb"(?:\s++|<!--.*?-->)*+"
ELEMENTS = re.compile(GAP + rb"(?:" + PLAIN + rb"|" + OTHER + rb"|(.+))", re.DOTALL)
END = re.compile(rb"</HealthData\s*>" + GAP, re.DOTALL)
# iOS lets control characters through that XML doesn't have.
CONTROLS = bytes(n if n > 31 or n in b"\t\n\r" else 32 for n in range(256))
FIELDS = {"type": "type", "source": "sourceName", "device": "device", "unit": "unit"}
NO_DATE = b"?" * 25
OTHER_PLACE = Row._fields.index("other")


def batches(file: IO[bytes]) -> Iterator[list[Row]]:
    """The records in the file's order; raises Unreadable where the XML breaks off.

    Rows are plain tuples in the order of `Row`: making two million named ones takes as
    long as reading them.
    """
    held, count = beginning(file), 0
    while True:
        rows: list[Row] = ELEMENTS.findall(held)
        rest = rows.pop()[-1] if rows and rows[-1][-1] else b""
        count += len(rows)
        yield rows
        if len(rest) > LARGEST:
            raise Unreadable(f"What follows record {count} is not the XML of Health.")
        more = read_from(file, max(BLOCK, len(rest)))
        if not more:
            break
        held = rest + more
    if not END.fullmatch(rest):
        raise Unreadable(f"The file breaks off after {count} records.")


def element_of(raw: bytes) -> ET.Element:
    """One element, read by a real parser; raises ET.ParseError. No DTD ever gets here."""
    return ET.fromstring(raw.translate(CONTROLS))  # noqa: S314  so nothing can unfold


def text_of(raw: bytes) -> str:
    """The text of an attribute as it stands in the file; raises ET.ParseError."""
    return element_of(b'<a b="%b"/>' % raw).get("b", "")


def row_of(element: ET.Element) -> Row:
    """The row of a record whose shape is not the usual one."""
    value = _escaped(element.get("value", ""))
    is_number = re.fullmatch(NUMBER, value) is not None
    zones = [
        _escaped(entry.get("value", ""))
        for entry in element.iter("MetadataEntry")
        if entry.get("key") == "HKTimeZone"
    ]
    row = Row(
        **{field: _escaped(element.get(name, "")) for field, name in FIELDS.items()},
        start=_date(element, "startDate"), end=_date(element, "endDate"),
        number=value if is_number else b"", word=b"" if is_number else value,
        zone=zones[0] if zones else b"",
    )  # fmt: skip
    return row._replace(device=re.sub(rb"^" + ADDRESS, b"", row.device))


def _date(element: ET.Element, name: str) -> bytes:
    text = element.get(name, "").encode()
    return text if len(text) == len(NO_DATE) else NO_DATE


def _escaped(text: str) -> bytes:
    for letter, escape in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;")):
        text = text.replace(letter, escape)
    return text.encode()
