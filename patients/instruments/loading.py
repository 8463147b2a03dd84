"""Definitions and wordings from their files."""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from patients.instruments.definitions import (
    ChangeFigures,
    Cutoffs,
    Difference,
    Instrument,
    Item,
    Missing,
    Published,
    Skip,
    Source,
    Subscale,
    TriageRule,
)

FOLDER = Path(__file__).parent / "data"
PLAIN = (
    "code", "name", "title", "rated_by", "asks_about", "loinc", "panel_loinc", "level_loinc",
    "recall", "scoring", "higher_is", "multiplier", "percent_change_from",
)  # fmt: skip


def read(path: Path) -> dict[str, Any]:
    return tomllib.loads(path.read_text(encoding="utf-8"))


def instruments() -> dict[str, Instrument]:
    """Every definition of the data folder, by code."""
    found = [definition(read(path)) for path in sorted(FOLDER.glob("*.toml"))]
    return {instrument.code: instrument for instrument in found}


def shipped_wordings() -> list[dict[str, Any]]:
    return [read(path) for path in sorted((FOLDER / "wording").glob("*.toml"))]


def definition(data: Mapping[str, Any]) -> Instrument:
    severity, licence = data["severity"], data["licence"]
    return Instrument(
        **{name: data[name] for name in PLAIN if name in data},
        items=tuple(Item(number=n, **item) for n, item in enumerate(data["items"], 1)),
        bands=tuple((int(lowest), words) for lowest, words in severity["bands"]),
        bands_source=Source(severity["source"], severity["doi"]),
        missing=Missing(**data["missing"]),
        source=Source(**data["source"]),
        licence=licence["text"],
        wording_ships=licence["ships"],
        self_harm=tuple(data.get("self_harm", ())),
        **_structure(data),
        **_figures(data),
    )


def _structure(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "subscales": tuple(
            Subscale(one["code"], one["name"], tuple(one["items"]))
            for one in data.get("subscales", ())
        ),
        "differences": tuple(Difference(**one) for one in data.get("differences", ())),
        "skips": tuple(
            Skip(one["when"], one["equals"], tuple(one["skip"]), one["source"])
            for one in data.get("skips", ())
        ),
        "triage": tuple(
            TriageRule(one["level"], tuple(one["any"]), one["source"])
            for one in data.get("triage", ())
        ),
    }


def _figures(data: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "cutoffs": _cutoffs(data.get("cutoffs")),
        "change": _change(data.get("change")),
        "important": _published(data.get("important"), "points"),
        "recovery": _published(data.get("recovery"), "cutoff"),
    }


def _cutoffs(data: Mapping[str, Any] | None) -> Cutoffs | None:
    if data is None:
        return None
    source = Source(data["source"], data["doi"])
    return Cutoffs(data["by_sex"], data["positive"], data["negative"], source)


def _change(data: Mapping[str, Any] | None) -> ChangeFigures | None:
    if data is None:
        return None
    source = Source(data["source"], data["doi"])
    return ChangeFigures(data["sd"], data["reliability"], data["kind"], data["sample"], source)


def _published(data: Mapping[str, Any] | None, name: str) -> Published | None:
    if data is None:
        return None
    return Published(float(data[name]), Source(data["source"], data["doi"]))
