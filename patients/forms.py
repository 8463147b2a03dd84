from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.models import BreakGlass, CareTeamMember, Patient
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


DATE = {"type": "date"}
MOMENT = {"type": "datetime-local"}


class MemberForm(forms.Form):
    """A colleague joins the care team. `colleagues` are (id, name)."""

    user_id = forms.ChoiceField(label=_("Colleague"))
    part = forms.ChoiceField(label=_("Part"), choices=CareTeamMember.Part.choices)
    ends_at = forms.DateTimeField(
        label=_("Until"), required=False, widget=forms.DateTimeInput(MOMENT),
        help_text=_("Empty: until somebody ends it."),
    )  # fmt: skip

    def __init__(
        self, *args: Any, colleagues: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["user_id"].choices = colleagues  # type: ignore[attr-defined]


class BreakGlassForm(forms.Form):
    name_or_number = forms.CharField(
        label=_("Whole name, or record number"), max_length=201,
        widget=forms.TextInput({"autocomplete": "off", "spellcheck": "false"}),
    )  # fmt: skip
    date_of_birth = forms.DateField(label=_("Date of birth"), widget=forms.DateInput(DATE))
    reason = forms.CharField(
        label=_("Why you need this record now"), max_length=2000,
        widget=forms.Textarea({"rows": 3}),
        help_text=_("The care team and a reviewer read this."),
    )  # fmt: skip


class ReviewForm(forms.Form):
    outcome = forms.ChoiceField(
        label=_("The access was"), choices=BreakGlass.Outcome.choices, widget=forms.RadioSelect
    )
    note = forms.CharField(label=_("Why"), max_length=2000, widget=forms.Textarea({"rows": 2}))


class CorrectionForm(forms.Form):
    statement = forms.CharField(
        label=_("What is wrong, and how it should read"), max_length=5000,
        widget=forms.Textarea({"rows": 4}),
    )  # fmt: skip


class CorrectionAnswerForm(forms.Form):
    state = forms.ChoiceField(
        label=_("Answer"), choices=[("accepted", _("accept")), ("refused", _("refuse"))]
    )
    answer = forms.CharField(
        label=_("What the patient reads"), max_length=5000, widget=forms.Textarea({"rows": 2})
    )
