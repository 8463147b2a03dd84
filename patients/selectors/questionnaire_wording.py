"""Which words a questionnaire may be asked in."""

from patients.instruments import SHIPPED, Wording
from patients.instruments import wording as words
from patients.models import QuestionnaireWording


def wording_of(instrument: str, language: str = "") -> Wording | None:
    """The newest wording in a language, else in any; None where the clinic has none."""
    known = _current(instrument)
    if not known:
        return None
    base = language.split("-")[0]
    for wanted in (language, base, "en"):
        if wanted in known:
            return known[wanted]
    return next(iter(known.values()))


def wording_version(instrument: str, language: str, version: int | None) -> Wording | None:
    """The words that answers were once given to."""
    if version is None:
        return None
    if version == 0:
        return SHIPPED.get((instrument, language))
    row = QuestionnaireWording.objects.filter(
        instrument=instrument, language=language, version=version
    ).first()
    return words.parse(row.content, version=row.version) if row and row.content else None


def wording_languages(instrument: str) -> list[str]:
    return sorted(_current(instrument))


def wording_history(instrument: str) -> list[QuestionnaireWording]:
    """Every version that was loaded, newest first."""
    rows = QuestionnaireWording.objects.filter(instrument=instrument)
    return list(rows.order_by("language", "-version"))


def asked_in_words() -> dict[str, list[str]]:
    """Languages by instrument, of all instruments that have a wording."""
    rows = QuestionnaireWording.objects.order_by("instrument", "language", "-version")
    found: dict[str, set[str]] = {}
    for instrument, language in SHIPPED:
        found.setdefault(instrument, set()).add(language)
    for row in rows.distinct("instrument", "language"):
        languages = found.setdefault(row.instrument, set())
        if row.withdrawn:
            languages.discard(row.language)
        else:
            languages.add(row.language)
    return {code: sorted(languages) for code, languages in found.items() if languages}


def _current(instrument: str) -> dict[str, Wording]:
    found = {
        language: wording for (code, language), wording in SHIPPED.items() if code == instrument
    }
    rows = QuestionnaireWording.objects.filter(instrument=instrument)
    for row in rows.order_by("language", "-version").distinct("language"):
        if row.withdrawn:
            found.pop(row.language, None)
        else:
            found[row.language] = words.parse(row.content, version=row.version)
    return found
