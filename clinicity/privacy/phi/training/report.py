"""Figures on held-out texts, with intervals of the bootstrap over texts."""

import time
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from clinicity.privacy.phi import spans
from clinicity.privacy.phi.detector import detect
from clinicity.privacy.phi.scores import Labelled, Tally, tallied

ROUNDS = 1000


def lines(held: Mapping[str, Sequence[Labelled]]) -> Iterator[str]:
    for name, examples in held.items():
        yield f"{name}: {len(examples)} texts"
        yield from _figures(examples)
        if name != "clean":
            yield "  without traits:"
            yield from _figures([_without_traits(e) for e in examples if e.spans])
    yield f"speed: {speed([e.text for e in held['clean']]):.0f} kB/s"


def _figures(examples: Sequence[Labelled]) -> Iterator[str]:
    tally = tallied(examples, detect)
    for key, value in tally.figures().items():
        if value is not None:
            yield f"    {key:18} {value:.4f}"
    for kind, (hit, of) in sorted(tally.by_type.items()):
        yield f"      {kind:14} {hit / of:.4f} of {of}"
    low, high = interval(examples)
    yield f"    95 % of {'recall_span' if tally.spans else 'false_alarm_share'}: {low:.4f} to {high:.4f}"


def _without_traits(example: Labelled) -> Labelled:
    return Labelled(example.text, tuple(s for s in example.spans if s.type != spans.TRAIT))


def interval(examples: Sequence[Labelled]) -> tuple[float, float]:
    """Of span recall, or of false alarms where no text has spans."""
    labelled = [example for example in examples if example.spans]
    counts = np.array([_hits(example) for example in labelled or examples])
    rng = np.random.default_rng(1)
    picks = rng.integers(0, len(counts), (ROUNDS, len(counts)))
    sums = counts[picks].sum(axis=1)
    shares = sums[:, 0] / np.maximum(sums[:, 1], 1)
    low, high = np.quantile(shares, [0.025, 0.975])
    return float(low), float(high)


def _hits(example: Labelled) -> tuple[int, int]:
    tally = Tally()
    tally.add(example, detect(example.text))
    return (tally.covered, tally.spans) if example.spans else (tally.alarmed, tally.clean)


def speed(texts: Sequence[str]) -> float:
    began = time.perf_counter()
    for text in texts:
        detect(text)
    return sum(len(t.encode()) for t in texts) / 1000 / (time.perf_counter() - began)
