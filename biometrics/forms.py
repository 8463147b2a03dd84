"""What pages of devices take in. What is valid, the services decide."""

from django import forms
from django.utils.translation import gettext_lazy as _

from biometrics.models import Device

REASONS = [
    ("", _("No reason given")),
    ("lost", _("It is lost")),
    ("replaced", _("It was replaced")),
    ("returned", _("It was given back")),
    ("broken", _("It is broken")),
    ("other", _("Another reason")),
]


class DeviceForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=100,
        help_text=_("What the patient would call it, for example: watch on the left wrist."),
    )  # fmt: skip
    kind = forms.ChoiceField(label=_("Kind"), choices=Device.Kind.choices)
    model = forms.CharField(label=_("Model"), max_length=100, required=False)
    serial_number = forms.CharField(label=_("Serial number"), max_length=100, required=False)


class RevocationForm(forms.Form):
    reason = forms.ChoiceField(label=_("Reason"), choices=REASONS, required=False)
