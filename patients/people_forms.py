"""Forms of who may see a patient, and of what patients decide."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.models import BreakGlass, CareTeamMember, Proxy

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


class ProxyForm(forms.Form):
    """Somebody who has an account acts for the patient."""

    email = forms.EmailField(
        label=_("E-mail address of their account"),
        help_text=_("The role of the account has to be proxy."),
    )
    basis = forms.ChoiceField(label=_("They are"), choices=Proxy.Basis.choices)
    parts = forms.MultipleChoiceField(
        label=_("They may"), choices=Proxy.Part.choices, initial=[Proxy.Part.READ],
        widget=forms.CheckboxSelectMultiple,
    )  # fmt: skip
    ends_at = forms.DateTimeField(
        label=_("Until"), required=False, widget=forms.DateTimeInput(MOMENT),
        help_text=_("A parent’s part ends by itself when the patient comes of age."),
    )  # fmt: skip


class OwnAccountForm(forms.Form):
    """By which account the patient reads their own record."""

    email = forms.EmailField(
        label=_("E-mail address of the patient’s account"),
        help_text=_("The role of the account has to be patient."),
    )


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
