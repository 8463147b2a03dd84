from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.models import Patient
from patients.services.people import implausible

# Offers the names of the page's `zones` list.
ZONE = forms.TextInput({"list": "zones", "autocomplete": "off", "spellcheck": "false"})


class PatientForm(forms.Form):
    """Demographics. What is plausible, the service decides."""

    first_name = forms.CharField(label=_("First name"), max_length=100)
    last_name = forms.CharField(label=_("Last name"), max_length=100)
    preferred_name = forms.CharField(label=_("Preferred name"), max_length=100, required=False)
    date_of_birth = forms.DateField(
        label=_("Date of birth"),
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
        help_text=_("For example 1985-07-20."),
    )
    sex = forms.ChoiceField(label=_("Sex"), choices=Patient.Sex.choices, initial="unknown")
    record_number = forms.CharField(label=_("Record number"), max_length=40, required=False)
    time_zone = forms.CharField(
        label=_("Time zone"), max_length=40, initial="Europe/London", widget=ZONE
    )


class PatientEditForm(PatientForm):
    version = forms.IntegerField(widget=forms.HiddenInput)


class ZoneMoveForm(forms.Form):
    """`since` is in the patient's present zone: validate it under that."""

    zone = forms.CharField(label=_("Lives by"), max_length=40, widget=ZONE)
    since = forms.DateTimeField(
        label=_("Since"), widget=forms.DateTimeInput({"type": "datetime-local"})
    )


class PatientAdminForm(forms.ModelForm):  # type: ignore[type-arg]
    """The same demographics in the admin; the service saves them."""

    sex = forms.ChoiceField(label=_("Sex"), choices=Patient.Sex.choices, initial="unknown")

    class Meta:
        model = Patient
        fields = (
            "first_name", "last_name", "preferred_name", "date_of_birth", "sex",
            "record_number", "time_zone",
        )  # fmt: skip

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors:
            for name, sentences in implausible(data).items():
                self.add_error(name, sentences)
        return data


class TimelineEventForm(forms.Form):
    title = forms.CharField(label=_("What happened"), max_length=200)
    body = forms.CharField(
        label=_("Details"), widget=forms.Textarea({"rows": 3}), required=False
    )
    occurred_at = forms.DateTimeField(
        label=_("When"), widget=forms.DateTimeInput({"type": "datetime-local"})
    )
