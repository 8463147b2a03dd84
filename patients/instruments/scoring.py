"""Answers in, score out. Pure.

Answers are whole numbers in the order of the items, None where one is missing; a
questionnaire whose last items aren't scored may be answered without them.
"""

from collections.abc import Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal

from clinicity.common.exceptions import Invalid
from patients.instruments.definitions import Assessment, Instrument, Item, Subscore
from patients.instruments.loading import instruments

INSTRUMENTS: dict[str, Instrument] = instruments()

Answers = Sequence[int | None]


def instrument_of(code: str) -> Instrument:
    try:
        return INSTRUMENTS[code]
    except KeyError as error:
        raise Invalid(f"There is no questionnaire {code!r}.") from error


def score(code: str, answers: Answers) -> int:
    """The total of a whole set of answers; raises Invalid when one is missing or wrong."""
    instrument = instrument_of(code)
    given = normal(instrument, answers)
    total = _total(instrument, given)
    if total is None or _unanswered(instrument, given):
        raise Invalid(f"{instrument.name} has no score with these answers.")
    return int(total)


def band(code: str, total: float) -> str:
    """The severity band that the authors give a score; empty where they give none."""
    fitting = [words for lowest, words in instrument_of(code).bands if total >= lowest]
    return fitting[-1] if fitting else ""


def normal(instrument: Instrument, answers: Answers) -> list[int | None]:
    """The answers to all items, checked. Those that aren't scored may be left off."""
    if len(answers) not in (len(instrument.items), len(instrument.scored)):
        raise Invalid(
            f"{instrument.name} has {len(instrument.scored)} items, not {len(answers)}."
        )
    given = list(answers) + [None] * (len(instrument.items) - len(answers))
    errors = {
        item.link: [f"Item {item.number} runs from {item.low} to {item.high}."]
        for item, answer in zip(instrument.items, given, strict=True)
        if answer is not None and not _fits(item, answer)
    }
    if errors:
        raise Invalid(
            f"Some answers are outside the range of {instrument.name}.", errors=errors
        )
    return given


def from_links(code: str, answers: Mapping[str, int | None]) -> list[int | None]:
    """Answers by linkId as a list in the order of the items."""
    instrument = instrument_of(code)
    unknown = sorted(set(answers) - {item.link for item in instrument.items})
    if unknown:
        raise Invalid(f"{instrument.name} has no item {', '.join(unknown)}.")
    return normal(instrument, [answers.get(item.link) for item in instrument.items])


def assess(code: str, answers: Answers, *, sex: str = "") -> Assessment:
    """Total, subscales, band and screen of a set of answers, or why there is none."""
    instrument = instrument_of(code)
    given = normal(instrument, answers)
    missing = _unanswered(instrument, given)
    harm = tuple(
        item.link
        for item, answer in zip(instrument.items, given, strict=True)
        if item.link in instrument.self_harm and answer
    )
    if not instrument.has_total:
        return _triage(instrument, given, missing, harm)
    total = _total(instrument, given)
    positive = None if total is None else _positive(instrument, total, sex)
    return Assessment(
        total=total,
        reason=_reason(instrument, missing) if total is None else "",
        band="" if total is None else band(code, float(total)),
        prorated=total is not None and bool(missing),
        missing=missing,
        subscores=_subscores(instrument, given),
        positive=positive,
        screen=_screen(instrument, total, positive),
        self_harm=harm,
    )


def skipped(instrument: Instrument, answers: Answers) -> frozenset[str]:
    """Items that an earlier answer makes unnecessary."""
    given = {item.link: answer for item, answer in zip(instrument.items, answers, strict=False)}
    return frozenset(
        link for skip in instrument.skips if given.get(skip.when) == skip.equals
        for link in skip.skip
    )  # fmt: skip


def _fits(item: Item, answer: object) -> bool:
    whole = isinstance(answer, int) and not isinstance(answer, bool)
    return whole and answer in item.choices


def _unanswered(instrument: Instrument, given: Answers) -> tuple[str, ...]:
    unasked = skipped(instrument, given)
    return tuple(
        item.link
        for item, answer in zip(instrument.items, given, strict=True)
        if item.scored and answer is None and item.link not in unasked
    )


def _values(instrument: Instrument, given: Answers) -> dict[str, int]:
    """What each answered item counts; a skipped one counts its lowest."""
    unasked = skipped(instrument, given)
    values: dict[str, int] = {}
    for item, answer in zip(instrument.items, given, strict=True):
        if answer is None and item.link in unasked:
            values[item.link] = item.low
        elif answer is not None and item.scored:
            values[item.link] = item.value(answer)
    return values


def _total(instrument: Instrument, given: Answers) -> Decimal | None:
    if not instrument.has_total:
        return None
    values = _values(instrument, given)
    missing = len(instrument.scored) - len(values)
    if missing > instrument.missing.at_most:
        return None
    mean_fill = Decimal(sum(values.values()) * len(instrument.scored)) / len(values)
    total = mean_fill * instrument.multiplier
    return total.quantize(Decimal("0.01"), ROUND_HALF_UP).normalize() + 0


def _reason(instrument: Instrument, missing: Sequence[str]) -> str:
    numbers = ", ".join(str(instrument.item(link).number) for link in missing)
    return f"No score: not answered: {numbers}. {instrument.missing.source}"


def _subscores(instrument: Instrument, given: Answers) -> tuple[Subscore, ...]:
    values = _values(instrument, given)
    scores: dict[str, int | None] = {}
    for scale in instrument.subscales:
        whole = all(link in values for link in scale.items)
        scores[scale.code] = sum(values[link] for link in scale.items) if whole else None
    found = [Subscore(one.code, one.name, scores[one.code]) for one in instrument.subscales]
    for one in instrument.differences:
        plus, minus = scores[one.plus], scores[one.minus]
        difference = None if plus is None or minus is None else plus - minus
        found.append(Subscore(one.code, one.name, difference))
    return tuple(found)


def _positive(instrument: Instrument, total: Decimal, sex: str) -> bool | None:
    if instrument.cutoffs is None or sex not in instrument.cutoffs.by_sex:
        return None
    return total >= instrument.cutoffs.by_sex[sex]


def _screen(instrument: Instrument, total: Decimal | None, positive: bool | None) -> str:  # noqa: FBT001
    cutoffs = instrument.cutoffs
    if cutoffs is None or total is None:
        return ""
    if positive is None:
        each = ", ".join(f"{sex} {value}" for sex, value in cutoffs.by_sex.items())
        return f"cut-off by sex: {each}"
    return cutoffs.positive if positive else cutoffs.negative


def _triage(
    instrument: Instrument, given: Answers, missing: tuple[str, ...], harm: tuple[str, ...]
) -> Assessment:
    """The first level that an answer gives, from the highest down."""
    values = _values(instrument, given)
    higher: set[str] = set()
    for rule in instrument.triage:
        if any(values.get(link, 0) > 0 for link in rule.any):
            open_higher = bool(higher & set(missing))
            return Assessment(
                None, level=rule.level, at_least=open_higher, missing=missing, self_harm=harm
            )
        higher |= set(rule.any)
    if missing:
        return Assessment(None, reason=_reason(instrument, missing), missing=missing)
    return Assessment(None, level="none")
