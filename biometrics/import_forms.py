"""What a person says about a file to import."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from biometrics.importers import IMPORTERS
from biometrics.models import ImportUpload


class ImportForm(forms.Form):
    """Formats that recognise the content come first; the service checks the rest."""

    importer = forms.ChoiceField(label=_("Format"))
    person = forms.ChoiceField(
        label=_("Person in the file"),
        required=False,
        help_text=_("The file is about several people. Only this one’s readings are taken."),
    )
    zone = forms.CharField(
        label=_("Time zone"),
        max_length=60,
        widget=forms.TextInput({"list": "zones", "autocomplete": "off", "spellcheck": "false"}),
        help_text=_("Of times in the file that name no zone of their own."),
    )
    dry_run = forms.BooleanField(
        label=_("Only check the file"),
        required=False,
        help_text=_("Reads all of it and shows what would be imported, and stores nothing."),
    )

    def __init__(self, *args: Any, upload: ImportUpload, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = [code for code in IMPORTERS if code not in upload.formats]
        choices: list[Any] = [(code, IMPORTERS[code].title) for code in self._known(upload)]
        if others:
            rest = [(code, IMPORTERS[code].title) for code in others]
            choices.append((_("Other formats"), rest) if choices else ("", _("Choose one")))
            choices += [] if len(choices) > 1 or upload.formats else rest
        _field(self, "importer").choices = choices
        people = sorted({name for names in (upload.people or {}).values() for name in names})
        if people:
            _field(self, "person").choices = [("", _("Choose one")), *((p, p) for p in people)]
        else:
            del self.fields["person"]

    @staticmethod
    def _known(upload: ImportUpload) -> list[str]:
        return [code for code in upload.formats if code in IMPORTERS]


def _field(form: forms.Form, name: str) -> forms.ChoiceField:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)  # noqa: S101  declared so above
    return field
