"""The whole protocol: lists, texts, folds, weights, figures on what was held out."""

import random
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pycrfsuite

from clinicity.privacy.phi import lexicon, model
from clinicity.privacy.phi.features import facts, features
from clinicity.privacy.phi.scores import Labelled
from clinicity.privacy.phi.tokens import Token, sequences
from clinicity.privacy.phi.training import templates
from clinicity.privacy.phi.training.corpus import (
    SLOT,
    Generator,
    clean,
    dev,
    dev_templates,
    in_fold,
)

SEED = 20261125
HELD_SHARE = 0.25
# How many texts of each family, and how often each sentence of phi_dev is filled anew.
COUNTS = {
    "frames": 9000,
    "places": 5000,
    "headers": 1500,
    "letters": 900,
    "notes": 3500,
    "lists": 800,
    "dialogue": 2000,
    "everyday": 4000,
    "safe": 1200,
}
HELD_COUNT = 250
REFILLS = 14
# How often a token's standing in a long list is hidden, so that unlisted names are found too.
BLIND = 0.3
PARAMS = {"c1": 0.08, "c2": 0.02, "max_iterations": 60, "feature.minfreq": 2}
Say = Callable[[str], object]


@dataclass(frozen=True)
class Folds:
    train: list[Labelled]
    held: dict[str, list[Labelled]]
    # PHI-free texts of the training fold: what the plain words are counted on.
    plain: list[str]


def folds(folder: Path) -> Folds:
    """Training texts, and held-out ones by name: none shares a template or a text."""
    free = clean(folder)
    held_free = [s.example for s in free if in_fold(s.key, share=HELD_SHARE)]
    plain = [s.example.text for s in free if not in_fold(s.key, share=HELD_SHARE)]
    sentences = dev(folder)
    generator = Generator.of(SEED, [short for t in plain if (short := _first_sentences(t))])
    held = {
        "phi_dev": [s.example for s in sentences if in_fold(s.key, share=HELD_SHARE)],
        "generated": [
            s.example for f in templates.HELD_OUT for s in generator.family(f, HELD_COUNT)
        ],
        "clean": held_free,
    }
    own = [s.example for s in sentences if not in_fold(s.key, share=HELD_SHARE)]
    train = [*own, *_refilled(folder, generator), *_generated(generator), *map(Labelled, plain)]
    return Folds(train, held, plain)


def _first_sentences(text: str) -> str:
    return ". ".join(text[:260].split(". ")[:2])


def _refilled(folder: Path, generator: Generator) -> Iterator[Labelled]:
    for key, template in dev_templates(folder):
        if not in_fold(key, share=HELD_SHARE):
            for _ in range(REFILLS):
                yield generator.filled(template)


def _generated(generator: Generator) -> Iterator[Labelled]:
    for family, count in COUNTS.items():
        yield from (source.example for source in generator.family(family, count))


def write_common(folder: Path, plain: Iterable[str]) -> None:
    """The list of plain words, from the training fold and the training templates only."""
    from clinicity.privacy.phi.training.lexicons import write_common as write  # noqa: PLC0415

    ours = (
        t for f, ts in templates.FAMILIES.items() if f not in templates.HELD_OUT for t in ts
    )
    theirs = (t for key, t in dev_templates(folder) if not in_fold(key, share=HELD_SHARE))
    write(plain, (SLOT.sub(" ", t) for t in (*ours, *theirs)))
    lexicon.common.cache_clear()
    facts.cache_clear()


def fit(examples: Sequence[Labelled], weights: Path) -> None:
    """Train on `examples`; the weights are replaced as a whole."""
    trainer = pycrfsuite.Trainer(algorithm="lbfgs", verbose=False)
    trainer.set_params(PARAMS)
    rng = random.Random(SEED)  # noqa: S311 - reproducible, and nothing secret
    for example in examples:
        for tokens in sequences(example.text):
            blind = [rng.random() < BLIND for _ in tokens]
            trainer.append(features(tokens, blind), labelled(tokens, example))
    trainer.train(str(weights))


def labelled(tokens: Sequence[Token], example: Labelled) -> list[str]:
    """The type of the span that holds each token, or outside."""
    kinds = [model.OUTSIDE] * len(tokens)
    for span in example.spans:
        for i, token in enumerate(tokens):
            if token.start < span.end and token.end > span.start:
                kinds[i] = span.type
    return kinds


def train(folder: Path, say: Say) -> Folds:
    """Make lists and weights anew from `folder` (CLINICITY_DATA_DIR)."""
    cut = folds(folder)
    write_common(folder, cut.plain)
    say(f"Training on {len(cut.train)} texts.")
    fit(cut.train, model.WEIGHTS)
    return cut
