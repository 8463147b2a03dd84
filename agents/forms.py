"""What the pages of chat and notes take."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from agents.turn.notes import SECTIONS
from agents.turn.question import LONGEST
from agents.turn.window import Window

TITLES = {
    "subjective": _("Subjective"),
    "objective": _("Objective"),
    "mental_state": _("Mental state"),
    "risk_formulation": _("Risk formulation"),
    "assessment": _("Assessment"),
    "plan": _("Plan"),
}
YOURS = _("Left blank: what you saw and judged is yours to write.")


class AskForm(forms.Form):
    """A question, perhaps about a brushed window, in a conversation or a new one."""

    question = forms.CharField(
        label=_("Ask about this patient"),
        max_length=LONGEST,
        widget=forms.Textarea(attrs={"rows": 2, "data-question": ""}),
    )
    session = forms.UUIDField(required=False, widget=forms.HiddenInput)
    start = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )
    end = forms.DateField(
        label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"})
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        start, end = data.get("start"), data.get("end")
        if (start is None) != (end is None) or (start and end and start > end):
            raise forms.ValidationError(
                _("A window has a first and a last day, in this order.")
            )
        return data

    @property
    def window(self) -> Window | None:
        start = self.cleaned_data["start"]
        return Window(start, self.cleaned_data["end"]) if start else None


class NoteForm(forms.Form):
    """A note's sections, one statement a line, at the revision that was shown."""

    revision = forms.IntegerField(min_value=1, widget=forms.HiddenInput)
    reason = forms.CharField(
        label=_("Reason for the amendment"), max_length=300, required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for section in SECTIONS:
            self.fields[section] = forms.CharField(
                label=TITLES[section],
                required=False,
                max_length=20_000,
                widget=forms.Textarea(attrs={"rows": 4}),
            )

    @property
    def texts(self) -> dict[str, str]:
        return {section: self.cleaned_data[section] for section in SECTIONS}
