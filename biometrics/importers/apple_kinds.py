"""What a record of Apple Health is: its device and metric, and how its value is read."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from xml.etree.ElementTree import ParseError

from biometrics.features.columns import NO_SEQUENCE
from biometrics.importers.apple_xml import text_of
from biometrics.importers.base import Lane
from biometrics.importers.phone_types import HEALTHKIT, IN_BED, PhoneType
from biometrics.metrics import metric_of

TYPES: Mapping[str, PhoneType] = {each.name: each for each in HEALTHKIT}
# Type, source, device, unit and a value that is no number, as they stand in the file.
Key = tuple[bytes, bytes, bytes, bytes, bytes]
HARDWARE = re.compile(r"hardware:([A-Za-z]+\d+,\d+|[^,>]+)")
LONGEST_LABEL = 100


@dataclass(frozen=True)
class Kind:
    """Value = number × factor + minutes × per_minute + shift, where neither text is set."""

    lane: Lane = ("", "")
    factor: float = 0.0
    per_minute: float = 0.0
    shift: float = 0.0
    sequence: int = NO_SEQUENCE
    # The type's name, where the catalogue has no metric for it.
    ignored: str = ""
    # Why no record of this kind can be kept.
    reason: str = ""


def kind_of(key: Key) -> Kind:
    """Read once for the thousands of records that share it."""
    try:
        name, source, device, unit, word = (text_of(part) for part in key)
    except ParseError:
        return Kind(reason="An attribute is not well-formed XML.")
    known = TYPES.get(name)
    if not name or not known:
        return Kind(ignored=name) if name else Kind(reason="The record has no type.")
    lane = (_label(source, device), known.metric)
    if known.by_duration and not unit:
        return Kind(lane, per_minute=1.0)
    return _state(lane, known, word) if known.states else _number(lane, known, unit, word)


def _state(lane: Lane, known: PhoneType, word: str) -> Kind:
    state = known.states.get(word)
    if state is None:
        return Kind(reason=f"{word[:60]!r} is no value of {known.name}.")
    return Kind(lane, shift=state, sequence=IN_BED if state == IN_BED else NO_SEQUENCE)


def _number(lane: Lane, known: PhoneType, unit: str, word: str) -> Kind:
    if word:
        return Kind(reason=f"The value {word[:60]!r} is not a number.")
    if unit not in known.units:
        return Kind(reason=f"{unit[:60]!r} is no unit of {known.name}.")
    factor, shift = metric_of(known.metric).factor_of(known.units[unit])
    return Kind(lane, factor=factor, shift=shift)


def _label(source: str, device: str) -> str:
    """The source's name, with the product that tells a watch from the next watch."""
    product = HARDWARE.search(device)
    return (f"{source} ({product[1]})" if product else source)[:LONGEST_LABEL]
