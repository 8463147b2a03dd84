"""The words of a questionnaire in one language, as a licence allows them. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from clinicity.common.exceptions import Invalid
from patients.instruments.definitions import Instrument
from patients.instruments.loading import shipped_wordings
from patients.instruments.scoring import instrument_of

LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8})*")
LONGEST = 2000


@dataclass(frozen=True)
class ItemWords:
    text: str
    options: tuple[str, ...]


@dataclass(frozen=True)
class Wording:
    """`items` by linkId. `version` 0 is what ships; a clinic's own count from 1."""

    instrument: str
    language: str
    title: str
    instructions: str
    licence: str
    source: str
    items: Mapping[str, ItemWords]
    version: int = 0


def parse(data: Mapping[str, Any], *, version: int = 0) -> Wording:
    """A wording as a file gives it; raises Invalid with what is wrong."""
    instrument = instrument_of(str(data.get("instrument", "")))
    errors = _wrong(instrument, data)
    if errors:
        raise Invalid("The wording doesn't fit the questionnaire.", errors={"items": errors})
    options = data.get("options", ())
    return Wording(
        instrument=instrument.code,
        language=str(data["language"]),
        title=str(data["title"]),
        instructions=str(data.get("instructions", "")),
        licence=str(data["licence"]),
        source=str(data.get("source", "")),
        items={
            item["link"]: ItemWords(item["text"], tuple(item.get("options", options)))
            for item in data["items"]
        },
        version=version,
    )


def content(wording: Wording) -> dict[str, Any]:
    """The wording as JSON, as `parse` reads it."""
    return {
        "instrument": wording.instrument, "language": wording.language,
        "title": wording.title, "instructions": wording.instructions,
        "licence": wording.licence, "source": wording.source,
        "items": [
            {"link": link, "text": words.text, "options": list(words.options)}
            for link, words in wording.items.items()
        ],
    }  # fmt: skip


def _wrong(instrument: Instrument, data: Mapping[str, Any]) -> list[str]:
    errors = [
        f"{name} is missing."
        for name in ("title", "licence")
        if not str(data.get(name, "")).strip()
    ]
    if not LANGUAGE.fullmatch(str(data.get("language", ""))):
        errors.append("language must be a code such as en or de.")
    given = data.get("items")
    if not isinstance(given, list) or not all(isinstance(one, dict) for one in given):
        return [*errors, "items must be a list of tables with link and text."]
    links = [str(one.get("link")) for one in given]
    if links != [item.link for item in instrument.items]:
        return [*errors, f"items must be {', '.join(item.link for item in instrument.items)}."]
    for item, one in zip(instrument.items, given, strict=True):
        options = one.get("options", data.get("options", ()))
        errors += _wrong_item(item.link, len(item.choices), one.get("text"), options)
    return errors


def _wrong_item(link: str, choices: int, text: object, options: object) -> list[str]:
    errors = []
    if not isinstance(text, str) or not 0 < len(text.strip()) <= LONGEST:
        errors.append(f"{link} needs a text.")
    words = list(options) if isinstance(options, list | tuple) else []
    if len(words) != choices or not all(isinstance(one, str) and one.strip() for one in words):
        errors.append(f"{link} needs {choices} options.")
    return errors


SHIPPED: dict[tuple[str, str], Wording] = {
    (wording.instrument, wording.language): wording
    for wording in map(parse, shipped_wordings())
}
