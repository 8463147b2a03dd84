from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinicity.accounts.factors import Proof


class OneOfSeveral(forms.CharField):
    """May be empty where another field of its form is filled in: the form checks that."""

    def validate(self, value: Any) -> None:
        """Not demanded by itself, and not marked as optional either."""


def _password(label: Any, autocomplete: str, **more: Any) -> forms.CharField:
    widget = forms.PasswordInput({"autocomplete": autocomplete})
    return forms.CharField(label=label, max_length=256, strip=False, widget=widget, **more)


class SignInForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail address"), widget=forms.EmailInput({"autocomplete": "username"})
    )
    password = _password(_("Password"), "current-password")


class CredentialField(forms.JSONField):
    """What a passkey signed: filled in by the page's script."""

    def __init__(self, **more: Any) -> None:
        super().__init__(widget=forms.HiddenInput({"data-credential": ""}), **more)

    def clean(self, value: Any) -> dict[str, Any] | None:
        cleaned = super().clean(value)
        if cleaned is not None and not isinstance(cleaned, dict):
            raise forms.ValidationError(_("This is not what a passkey gives."))
        return cleaned

    def prepare_value(self, value: Any) -> str:
        """Nothing is kept for a second try: each one signs anew."""
        return ""


class ProofForm(forms.Form):
    """A code, or what a passkey signed."""

    code = OneOfSeveral(
        label=_("Code"), max_length=20,
        help_text=_("Six digits of your authenticator app, or a recovery code."),
        widget=forms.TextInput({
            "autocomplete": "one-time-code", "inputmode": "numeric", "autofocus": "",
        }),
    )  # fmt: skip
    credential = CredentialField(required=False)

    @property
    def proof(self) -> Proof:
        return Proof(self.cleaned_data["code"], self.cleaned_data["credential"])

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or {}
        if not self.errors and not any(data.values()):
            raise forms.ValidationError(_("Type the code, or use your passkey."))
        return data


class SetUpForm(ProofForm):
    """The first code of an authenticator app that is being set up."""

    def __init__(self, *args: Any, **more: Any) -> None:
        super().__init__(*args, **more)
        self.fields["code"].help_text = _(
            "Six digits; the app shows new ones each half minute."
        )


class StepUpForm(ProofForm):
    password = OneOfSeveral(
        label=_("Password"), max_length=256, strip=False,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )  # fmt: skip
    field_order = ("password", "code", "credential")

    def clean(self) -> dict[str, Any]:
        data = forms.Form.clean(self) or {}
        if not self.errors and not any(data.values()):
            raise forms.ValidationError(_("Type your password or a code."))
        return data


class PasskeyForm(forms.Form):
    name = forms.CharField(
        label=_("Name"), max_length=60,
        help_text=_("So that you know it again, such as “work phone”."),
    )  # fmt: skip
    credential = CredentialField()


class PasswordForm(forms.Form):
    old = _password(_("Present password"), "current-password")
    new = _password(
        _("New password"), "new-password",
        help_text=_("At least 12 characters; a few words that don’t belong together are good."),
    )  # fmt: skip
    again = _password(_("New password, again"), "new-password")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and data["new"] != data["again"]:
            self.add_error("again", _("The two new passwords differ."))
        return data
