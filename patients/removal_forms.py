"""Forms of erasing a person, and of holding a record."""

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.models import Removal

PLAIN = {"autocomplete": "off", "spellcheck": "false"}


class ErasureForm(forms.Form):
    """`override` is needed while the time of keeping runs; the service says so."""

    basis = forms.ChoiceField(label=_("On what ground"), choices=Removal.Basis.choices)
    reason = forms.CharField(
        label=_("Why"), max_length=2000, widget=forms.Textarea({"rows": 3}),
        help_text=_("Kept after the erasure: don’t name the person or what they have."),
    )  # fmt: skip
    override = forms.CharField(
        label=_("Why before its time"), max_length=2000, required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=_("Needed while the record must still be kept. Kept after the erasure, too."),
    )  # fmt: skip
    confirmation = forms.CharField(
        label=_("Type the words shown"), max_length=40, widget=forms.TextInput(PLAIN)
    )

    def __init__(self, *args: object, words: str = "", **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["confirmation"].label = _("Type “%(words)s”") % {"words": words}


class HoldForm(forms.Form):
    reason = forms.CharField(
        label=_("Why"), max_length=2000, widget=forms.Textarea({"rows": 2})
    )
