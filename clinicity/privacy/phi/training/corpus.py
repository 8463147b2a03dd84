"""Texts with labelled spans: Presidio-research's, our own generator's, and PHI-free ones."""

import gzip
import hashlib
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from clinicity.privacy.phi import lexicon, spans
from clinicity.privacy.phi.folding import folded
from clinicity.privacy.phi.scores import Labelled
from clinicity.privacy.phi.spans import Span
from clinicity.privacy.phi.training import templates
from clinicity.privacy.phi.training.values import TYPES, Values

SLOT = re.compile(r"\{(\w+)\}")
DEV_SLOT = re.compile(r"\{\{(\w+)\}\}")
DEV_TYPES = {
    "PERSON": spans.NAME, "GPE": spans.ADDRESS, "STREET_ADDRESS": spans.ADDRESS, "ZIP_CODE": spans.ADDRESS,
    "ORGANIZATION": spans.ORGANISATION, "DATE_TIME": spans.DATE, "PHONE_NUMBER": spans.PHONE,
    "EMAIL_ADDRESS": spans.EMAIL, "DOMAIN_NAME": spans.URL, "IP_ADDRESS": spans.IP, "CREDIT_CARD": spans.ID,
    "IBAN_CODE": spans.ID, "US_SSN": spans.ID, "US_DRIVER_LICENSE": spans.ID, "AGE": spans.AGE,
    "NRP": spans.TRAIT, "TITLE": spans.TRAIT,
}  # fmt: skip
# Our slots for theirs, to fill their templates anew.
DEV_SLOTS = {
    "PERSON": "name", "GPE": "city", "STREET_ADDRESS": "street", "ZIP_CODE": "zip", "ORGANIZATION": "org",
    "DATE_TIME": "date", "PHONE_NUMBER": "phone", "EMAIL_ADDRESS": "email", "DOMAIN_NAME": "url", "IP_ADDRESS": "ip",
    "CREDIT_CARD": "card", "IBAN_CODE": "iban", "US_SSN": "ssn", "US_DRIVER_LICENSE": "id", "AGE": "age",
    "NRP": "nat", "TITLE": "title",
}  # fmt: skip


@dataclass(frozen=True)
class Source:
    """A labelled text and what it was made from, by which folds are cut."""

    key: str
    example: Labelled


def in_fold(key: str, *, share: float) -> bool:
    """The same `share` of keys on every machine."""
    return int(hashlib.sha256(key.encode()).hexdigest()[:8], 16) / 2**32 < share


def dev(folder: Path) -> list[Source]:
    """Presidio-research's sentences; the key is their template."""
    rows = json.loads((folder / "phi_dev/synth_dataset_v2.json").read_text(encoding="utf-8"))
    return [Source(f"dev-{row['template_id']}", _dev_example(row)) for row in rows]


def dev_templates(folder: Path) -> list[tuple[str, str]]:
    """Key and text of each template, in our slots."""
    rows = json.loads((folder / "phi_dev/synth_dataset_v2.json").read_text(encoding="utf-8"))
    texts = {(f"dev-{row['template_id']}", row["masked"]) for row in rows}
    return sorted(
        (key, DEV_SLOT.sub(lambda m: f"{{{DEV_SLOTS[m[1]]}}}", text)) for key, text in texts
    )


def _dev_example(row: dict[str, Any]) -> Labelled:
    found = (
        Span(
            s["start_position"],
            s["end_position"],
            _dev_type(s["entity_type"], s["entity_value"]),
        )
        for s in row["spans"]
    )
    return Labelled(row["full_text"], tuple(sorted(found)))


def _dev_type(theirs: str, value: str) -> str:
    """As the law cuts it: an age under 90, a year, a country are traits; a title is the name's."""
    parts = [folded(part) for part in re.findall(r"[^\W\d_]+", value)]
    if theirs == "TITLE" and all(part in lexicon.TITLES for part in parts):
        return spans.NAME
    if theirs == "AGE" and (not value.isdigit() or int(value) < 90):
        return spans.TRAIT
    if theirs == "DATE_TIME" and re.fullmatch(r"\d{4}s?", value):
        return spans.TRAIT
    if theirs == "GPE" and parts and all(part in lexicon.lists()["country"] for part in parts):
        return spans.TRAIT
    return DEV_TYPES[theirs]


def clean(folder: Path) -> list[Source]:
    """PHI-free texts: answers of MedQuAD, abstracts of BC5CDR and NCBI, snippets of BioASQ."""
    texts = [*_medquad(folder), *_abstracts(folder), *_snippets(folder)]
    return [
        Source(f"clean-{hashlib.sha256(t.encode()).hexdigest()}", Labelled(t))
        for t in sorted(set(texts))
    ]


def _medquad(folder: Path) -> Iterator[str]:
    with gzip.open(folder / "medquad/medquad.jsonl.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            answer = json.loads(line).get("answer") or ""
            if in_fold(answer, share=0.2) and len(answer) > 60:
                yield answer[:700].rsplit(" ", 1)[0]


def _abstracts(folder: Path) -> Iterator[str]:
    for path in sorted((folder / "ner").glob("*/*")):
        sentences = path.read_text(encoding="utf-8").split("\n\n")
        texts = [" ".join(line.split("\t")[0] for line in s.splitlines()) for s in sentences]
        for start in range(0, len(texts), 5):
            joined = " ".join(texts[start : start + 5])
            if in_fold(joined, share=0.35):
                yield _untokenised(joined)


def _untokenised(text: str) -> str:
    text = re.sub(r" ([.,;:%)\]]|'s\b)", r"\1", text)
    return re.sub(r"([(\[]) | ([-/]) ", r"\1\2", text)


def _snippets(folder: Path) -> Iterator[str]:
    for path in sorted((folder / "bioasq").glob("*/*.json")):
        for question in json.loads(path.read_text(encoding="utf-8"))["questions"]:
            for snippet in question.get("snippets", ())[:1]:
                if len(snippet["text"]) > 60:
                    yield snippet["text"][:900]


@dataclass
class Generator:
    """Makes labelled texts from templates; the same seed makes the same texts."""

    values: Values

    @classmethod
    def of(cls, seed: int, texts: list[str]) -> "Generator":
        # Reproducible, and nothing secret.
        return cls(Values(random.Random(seed), texts))  # noqa: S311  reproducible

    def family(self, family: str, count: int) -> Iterator[Source]:
        for _ in range(count):
            yield Source(
                family, self.filled(self.values.rng.choice(templates.FAMILIES[family]))
            )

    def filled(self, template: str) -> Labelled:
        """One text: slots filled by one note's people, sometimes in one case throughout."""
        person, text, found = self.values.person(), "", list[Span]()
        done = 0
        for slot in SLOT.finditer(template):
            text += template[done : slot.start()]
            value = self.values.value(slot[1], person)
            if kind := TYPES.get(slot[1]):
                found.append(Span(len(text), len(text) + len(value), kind))
            text += value
            done = slot.end()
        return self._cased(text + template[done:], tuple(s for s in found if s.start < s.end))

    def _cased(self, text: str, found: tuple[Span, ...]) -> Labelled:
        dice = self.values.rng.random()
        changed = text.lower() if dice < 0.08 else text.upper() if dice < 0.14 else text
        return Labelled(changed if len(changed) == len(text) else text, found)
