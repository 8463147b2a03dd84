"""The trained model: a linear-chain conditional random field over tokens.

Weights: `data/phi.crfsuite`, made by `manage.py train_phi`; see docs/models/phi.md.
"""

import threading
from collections.abc import Iterator, Sequence

import pycrfsuite

from clinicity.privacy.phi.features import features
from clinicity.privacy.phi.lexicon import DATA
from clinicity.privacy.phi.spans import Span
from clinicity.privacy.phi.tokens import Token, sequences

WEIGHTS = DATA / "phi.crfsuite"
OUTSIDE = "O"
# A token is found when the model gives "identifies nobody" less than this: recall first.
DOUBT = 0.86
# Signs that may stand within one name, number or address.
INNER = frozenset(".,-'’/&()")

# A tagger isn't safe to share, so each thread has its own.
_local = threading.local()


def found(text: str) -> list[Span]:
    """The model's spans, in order."""
    return [span for tokens in sequences(text) for span in _spans(tokens, labels(tokens))]


def labels(tokens: Sequence[Token]) -> list[tuple[str, float]]:
    """Each token's label and how probable it is that the token identifies."""
    tagger = _tagger()
    tagger.set(features(tokens))
    kinds = [label for label in tagger.labels() if label != OUTSIDE]
    out = list[tuple[str, float]]()
    for i, label in enumerate(tagger.tag()):
        outside = tagger.marginal(OUTSIDE, i)
        if label == OUTSIDE and outside < DOUBT:
            label = max(kinds, key=lambda kind: tagger.marginal(kind, i))
        out.append((label, 1 - outside))
    return out


def _tagger() -> pycrfsuite.Tagger:
    if not hasattr(_local, "tagger"):
        _local.tagger = pycrfsuite.Tagger()
        _local.tagger.open(str(WEIGHTS))
    return _local.tagger


def _spans(tokens: Sequence[Token], found: Sequence[tuple[str, float]]) -> Iterator[Span]:
    """Neighbours of one label become one span, also across a sign between them."""
    runs = list[list[int]]()
    for i, (label, _) in enumerate(found):
        if label == OUTSIDE:
            continue
        if runs and found[runs[-1][-1]][0] == label and _near(tokens, runs[-1][-1], i):
            runs[-1].append(i)
        else:
            runs.append([i])
    for run in runs:
        label, score = found[run[0]][0], max(found[i][1] for i in run)
        yield Span(tokens[run[0]].start, tokens[run[-1]].end, label, score)


def _near(tokens: Sequence[Token], one: int, other: int) -> bool:
    between = tokens[one + 1 : other]
    return len(between) < 3 and all(token.text in INNER for token in between)
