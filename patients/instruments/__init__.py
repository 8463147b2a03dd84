"""Scored questionnaires as data. Pure: answers in, score out.

Structure, scoring and their sources lie in `data/`; wording ships only where its licence
allows it (`data/wording/`), else the clinic loads what it may use.
"""

from patients.instruments.change import Change, Scored, change, rci
from patients.instruments.definitions import Assessment, Instrument, Item
from patients.instruments.scoring import (
    INSTRUMENTS,
    assess,
    band,
    from_links,
    instrument_of,
    normal,
    score,
    skipped,
)
from patients.instruments.wording import SHIPPED, Wording

__all__ = [
    "INSTRUMENTS",
    "SHIPPED",
    "Assessment",
    "Change",
    "Instrument",
    "Item",
    "Scored",
    "Wording",
    "assess",
    "band",
    "change",
    "from_links",
    "instrument_of",
    "normal",
    "rci",
    "score",
    "skipped",
]
