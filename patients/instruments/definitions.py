"""What a scored questionnaire is: its items, and what its authors say of their sum."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True)
class Source:
    """Where a figure was published. `doi` is empty for books and manuals."""

    text: str
    doi: str = ""


@dataclass(frozen=True)
class Item:
    """One question: answered by a whole number from `low` to `high`."""

    link: str
    number: int
    low: int
    high: int
    loinc: str = ""
    reverse: bool = False
    scored: bool = True

    @property
    def choices(self) -> range:
        return range(self.low, self.high + 1)

    def value(self, answer: int) -> int:
        """What an answer adds to the sum."""
        return self.low + self.high - answer if self.reverse else answer


@dataclass(frozen=True)
class Subscale:
    code: str
    name: str
    items: tuple[str, ...]


@dataclass(frozen=True)
class Difference:
    """One subscale less another."""

    code: str
    name: str
    plus: str
    minus: str


@dataclass(frozen=True)
class Skip:
    """Questions that aren't asked after a certain answer, and then count as their lowest."""

    when: str
    equals: int
    skip: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class TriageRule:
    """A level that any of these questions gives when it is answered yes."""

    level: str
    any: tuple[str, ...]
    source: str


@dataclass(frozen=True)
class Missing:
    """How many scored items may be missing and be replaced by the mean of the others."""

    at_most: int
    source: str


@dataclass(frozen=True)
class Cutoffs:
    """From which score on a screen is positive, by sex."""

    by_sex: Mapping[str, int]
    positive: str
    negative: str
    source: Source


@dataclass(frozen=True)
class ChangeFigures:
    """What the reliable-change index needs: spread and reliability of one sample."""

    sd: float
    reliability: float
    kind: str
    sample: str
    source: Source


@dataclass(frozen=True)
class Published:
    """One published figure: an important difference, or the cut-off of recovery."""

    value: float
    source: Source


@dataclass(frozen=True)
class Instrument:
    """A questionnaire. `bands` are (lowest score, words), from the lowest up."""

    code: str
    name: str
    title: str
    rated_by: str
    asks_about: str
    items: tuple[Item, ...]
    bands: tuple[tuple[int, str], ...]
    bands_source: Source
    missing: Missing
    source: Source
    licence: str
    wording_ships: bool = False
    loinc: str = ""
    panel_loinc: str = ""
    level_loinc: str = ""
    recall: str = ""
    scoring: str = "sum"
    higher_is: str = "worse"
    multiplier: int = 1
    percent_change_from: int = 0
    self_harm: tuple[str, ...] = ()
    subscales: tuple[Subscale, ...] = ()
    differences: tuple[Difference, ...] = ()
    skips: tuple[Skip, ...] = ()
    triage: tuple[TriageRule, ...] = ()
    cutoffs: Cutoffs | None = None
    change: ChangeFigures | None = None
    important: Published | None = None
    recovery: Published | None = None

    @property
    def scored(self) -> tuple[Item, ...]:
        return tuple(item for item in self.items if item.scored)

    @property
    def minimum(self) -> int:
        return sum(item.low for item in self.scored) * self.multiplier

    @property
    def maximum(self) -> int:
        return sum(item.high for item in self.scored) * self.multiplier

    @property
    def has_total(self) -> bool:
        return self.scoring == "sum"

    def item(self, link: str) -> Item:
        return next(item for item in self.items if item.link == link)


@dataclass(frozen=True)
class Subscore:
    """The score of a subscale; None when one of its items is missing."""

    code: str
    name: str
    score: int | None


@dataclass(frozen=True)
class Assessment:
    """What a set of answers comes to.

    `total` is None with the `reason` in words; `prorated` says that missing answers were
    replaced. `level` is the triage level of a screener that has no sum; `at_least` that a
    missing answer could raise it.
    """

    total: Decimal | None
    reason: str = ""
    band: str = ""
    level: str = ""
    at_least: bool = False
    prorated: bool = False
    missing: tuple[str, ...] = ()
    subscores: tuple[Subscore, ...] = field(default=())
    positive: bool | None = None
    screen: str = ""
    self_harm: tuple[str, ...] = ()
