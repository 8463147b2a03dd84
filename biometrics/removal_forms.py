"""The form that removes readings for good: first what it would take, then a typed word."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from biometrics.models import Device, ReadingsRemoval
from biometrics.reading_forms import LOCAL

WORD = _("remove")
OTHER_WORD = _("Type the word as it is shown. Nothing was removed.")
GROUNDS = [(value, capfirst(label)) for value, label in ReadingsRemoval.Ground.choices]


class RemovalForm(forms.Form):
    """Times are the patient's own: validate it under their zone."""

    ground = forms.ChoiceField(label=_("Ground"), choices=GROUNDS)
    metrics = forms.MultipleChoiceField(
        label=_("Metrics"), required=False, widget=forms.CheckboxSelectMultiple,
        help_text=_("None chosen means every metric, also those that never arrived yet."),
    )  # fmt: skip
    device_id = forms.TypedChoiceField(
        label=_("Device"), required=False, coerce=UUID, empty_value=None
    )
    start = forms.DateTimeField(
        label=_("From"), required=False, widget=LOCAL,
        help_text=_("Empty means from the first reading on."),
    )  # fmt: skip
    end = forms.DateTimeField(
        label=_("Until, not included"), required=False, widget=LOCAL,
        help_text=_("Empty means without an end: later readings are refused as well."),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Reason"), max_length=500,
        help_text=_("It stays in the report for good. Don’t quote readings in it."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, devices: Sequence[Device], metrics: Sequence[Any], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        named = [(str(device.id), device.name) for device in devices]
        self.fields["device_id"].choices = [  # type: ignore[attr-defined]
            ("", _("every device")), *named,
        ]  # fmt: skip
        self.fields["metrics"].choices = metrics  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("start") and data.get("end") and data["end"] <= data["start"]:
            self.add_error("end", _("The end must come after the start."))
        return data

    def range(self) -> dict[str, Any]:
        """Which readings: everything that was said but the ground and the reason."""
        return {
            name: self.cleaned_data[name] for name in ("metrics", "device_id", "start", "end")
        }


class WordForm(forms.Form):
    """Confirmed by typing the word that is shown."""

    word = forms.CharField(
        max_length=20, error_messages={"required": OTHER_WORD},
        widget=forms.TextInput({"autocomplete": "off", "autocapitalize": "none"}),
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["word"].label = _("Type “%s” to confirm") % WORD

    def clean_word(self) -> str:
        word = str(self.cleaned_data["word"]).strip().casefold()
        if word != str(WORD).casefold():
            raise forms.ValidationError(OTHER_WORD)
        return word
