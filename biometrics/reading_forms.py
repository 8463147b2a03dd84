"""Forms beside charts: what to compare, what to correct."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

LOCAL = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
ACTS = (
    ("error", _("Mark as entered in error")),
    ("move", _("Move to another patient")),
)


class CompareForm(forms.Form):
    first = forms.ChoiceField(label=_("Compare"))
    second = forms.ChoiceField(label=_("with"))
    period = forms.ChoiceField(
        label=_("by"), choices=[("day", _("day")), ("hour", _("hour"))], initial="day"
    )
    days = forms.ChoiceField(
        label=_("over the last"), initial="90",
        choices=[("30", _("30 days")), ("90", _("90 days")), ("365", _("year"))],
    )  # fmt: skip

    def __init__(self, *args: Any, metrics: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("first", "second"):
            self.fields[name].choices = metrics  # type: ignore[attr-defined]


class CorrectionForm(forms.Form):
    """Times are the patient's own: validate it under their zone."""

    metric = forms.CharField(widget=forms.HiddenInput)
    start = forms.DateTimeField(label=_("From"), widget=LOCAL)
    end = forms.DateTimeField(label=_("Until, not included"), widget=LOCAL)
    device_id = forms.TypedChoiceField(
        label=_("Device"), required=False, coerce=lambda value: value, empty_value=None
    )
    act = forms.ChoiceField(label=_("What to do"), choices=ACTS)
    to = forms.CharField(
        label=_("The other patient"), required=False, max_length=100,
        help_text=_("Their record number or whole name. Only for moving."),
    )  # fmt: skip
    reason = forms.CharField(
        label=_("Reason"), max_length=500, help_text=_("It stays with the readings for good.")
    )

    def __init__(self, *args: Any, devices: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(str(device.id), device.name) for device in devices]
        self.devices = [("", _("every device")), *named]
        self.fields["device_id"].choices = self.devices  # type: ignore[attr-defined]
        for name in ("start", "end"):
            self.fields[name].widget.attrs["data-window-wall"] = name

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("start") and data.get("end") and data["end"] <= data["start"]:
            self.add_error("end", _("The end must come after the start."))
        if data.get("act") == "move" and not data.get("to", "").strip():
            self.add_error("to", _("Name the patient whom these readings belong to."))
        return data

    def device_words(self) -> str:
        """The chosen device's name."""
        return str(dict(self.devices)[self.cleaned_data["device_id"] or ""])
