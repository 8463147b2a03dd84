"""Loading the words that the clinic may use."""

import tomllib
from collections.abc import Mapping
from typing import Any

import msgspec
from django.db import transaction
from django.db.models import Max

from clinicity.audit import services as audit
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Invalid
from patients import instruments
from patients.instruments import wording as words
from patients.models import QuestionnaireWording
from patients.permissions import demand_wording_loader

LARGEST = 256 * 1024


@transaction.atomic
def wording_load(*, by: Actor, text: str) -> QuestionnaireWording:
    """A wording from the text of a TOML or JSON file; it takes the older one's place."""
    demand_wording_loader(by)
    parsed = words.parse(_read(text))
    return _keep(by, parsed.instrument, parsed.language, words.content(parsed))


@transaction.atomic
def wording_withdraw(*, by: Actor, instrument: str, language: str) -> QuestionnaireWording:
    """From now on nobody is asked in these words; answers keep the version they had."""
    demand_wording_loader(by)
    instruments.instrument_of(instrument)
    return _keep(by, instrument, language, {}, withdrawn=True)


def _keep(
    by: Actor, instrument: str, language: str, content: Mapping[str, Any],
    *, withdrawn: bool = False,
) -> QuestionnaireWording:  # fmt: skip
    known = QuestionnaireWording.objects.filter(instrument=instrument, language=language)
    newest = known.aggregate(newest=Max("version"))["newest"] or 0
    row = QuestionnaireWording(
        instrument=instrument, language=language, version=newest + 1, content=content,
        withdrawn=withdrawn, loaded_by=by.id,
    )  # fmt: skip
    row.save(force_insert=True)
    audit.record(
        by=by, act="wording.withdraw" if withdrawn else "wording.load",
        subject="questionnaire_wording", subject_id=row.id, version=row.version,
    )  # fmt: skip
    return row


def _read(text: str) -> Mapping[str, Any]:
    if len(text.encode()) > LARGEST:
        raise Invalid("The file is too large for a wording.")
    try:
        found = (
            msgspec.json.decode(text) if text.lstrip().startswith("{") else tomllib.loads(text)
        )
    except (msgspec.DecodeError, tomllib.TOMLDecodeError) as error:
        raise Invalid(f"The file is neither TOML nor JSON: {error}.") from error
    return dict(found)
