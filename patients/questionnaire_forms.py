"""The forms of questionnaires: one sheet of questions, and the small ones around it."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf.locale import LANG_INFO
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from patients import instruments
from patients.instruments import Instrument, Item, Wording

CODES = [(code, one.name) for code, one in sorted(instruments.INSTRUMENTS.items())]


@dataclass(frozen=True)
class Choice:
    value: int
    label: str
    checked: bool


@dataclass(frozen=True)
class Question:
    """One item as it is asked. Without a wording it is called by its number."""

    link: str
    number: int
    text: str
    choices: Sequence[Choice]
    error: str = ""
    optional: bool = False


@dataclass(frozen=True)
class Sheet:
    """A questionnaire as a form, in the words of one language or by numbers."""

    instrument: Instrument
    title: str
    instructions: str
    language: str
    wording_version: int | None
    credit: str
    questions: Sequence[Question]

    @property
    def wrong(self) -> list[Question]:
        return [question for question in self.questions if question.error]


def sheet(
    instrument: Instrument,
    wording: Wording | None,
    answers: Sequence[int | None] | None = None,
    unanswered: Collection[str] = (),
) -> Sheet:
    given = answers or [None] * len(instrument.items)
    return Sheet(
        instrument=instrument,
        title=wording.title if wording else instrument.title,
        instructions=wording.instructions if wording else "",
        language=wording.language if wording else "",
        wording_version=wording.version if wording else None,
        credit=(wording.source or wording.licence) if wording else "",
        questions=[
            _question(item, wording, answer, missing=item.link in unanswered)
            for item, answer in zip(instrument.items, given, strict=True)
        ],
    )


def answers_from(instrument: Instrument, data: Mapping[str, Any]) -> list[int | None]:
    """The answers of a posted sheet; what is no number counts as not answered."""
    return [_number(data.get(item.link)) for item in instrument.items]


def unanswered(instrument: Instrument, answers: Sequence[int | None]) -> list[str]:
    """Scored questions that were asked and not answered."""
    unasked = instruments.skipped(instrument, answers)
    return [
        item.link
        for item, answer in zip(instrument.items, answers, strict=True)
        if item.scored and answer is None and item.link not in unasked
    ]


def language_names(codes: Sequence[str]) -> list[tuple[str, str]]:
    """Each language by its code and its own name."""
    return [(code, LANG_INFO.get(code, {}).get("name_local", code)) for code in codes]


def words_of(
    instrument: Instrument, wording: Wording | None, answers: Sequence[int | None]
) -> list[tuple[str, str, int | None]]:
    """Question, answer in words, and number, for showing what was answered."""
    found = []
    for question, answer in zip(
        sheet(instrument, wording, answers).questions, answers, strict=False
    ):
        said = next((one.label for one in question.choices if one.checked), "")
        found.append((question.text, said, answer))
    return found


class AssignForm(forms.Form):
    instrument = forms.ChoiceField(label=gettext_lazy("Questionnaire"), choices=CODES)
    every_days = forms.IntegerField(
        label=gettext_lazy("Every how many days"), required=False, min_value=1, max_value=366,
        help_text=gettext_lazy("Leave empty to ask once."),
    )  # fmt: skip
    starts_at = forms.DateTimeField(
        label=gettext_lazy("From"), required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}),
        help_text=gettext_lazy("Leave empty to start now."),
    )  # fmt: skip
    until = forms.DateTimeField(
        label=gettext_lazy("Until"), required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}),
    )  # fmt: skip


class ReasonForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Why"), max_length=300)


class SeenForm(forms.Form):
    note = forms.CharField(label=gettext_lazy("What was done"), max_length=500, required=False)


class AnsweredAtForm(forms.Form):
    answered_at = forms.DateTimeField(
        label=gettext_lazy("Answered"), required=False,
        widget=forms.DateTimeInput({"type": "datetime-local"}),
        help_text=gettext_lazy("Leave empty for now; or when a paper form was filled in."),
    )  # fmt: skip


class BirthDateForm(forms.Form):
    birth_date = forms.DateField(
        label=gettext_lazy("Your date of birth"),
        widget=forms.DateInput({"type": "date", "autocomplete": "bday"}, format="%Y-%m-%d"),
    )


class WordingForm(forms.Form):
    file = forms.FileField(
        label=gettext_lazy("File (TOML or JSON)"),
        help_text=gettext_lazy(
            "You answer for the licence that lets this clinic use the words."
        ),
    )


def _question(
    item: Item, wording: Wording | None, answer: int | None, *, missing: bool
) -> Question:
    words = wording.items[item.link] if wording else None
    labels = words.options if words else [str(value) for value in item.choices]
    choices = [
        Choice(value, label, answer == value)
        for value, label in zip(item.choices, labels, strict=True)
    ]
    return Question(
        link=item.link,
        number=item.number,
        text=words.text if words else _("Item %(number)d") % {"number": item.number},
        choices=choices,
        error=_("Choose an answer.") if missing else "",
        optional=not item.scored,
    )


def _number(value: object) -> int | None:
    text = str(value if value is not None else "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 4 else None
