from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

ACCEPTED = ".pdf,.png,.jpg,.jpeg,.tif,.tiff,.txt"


class UploadForm(forms.Form):
    """What the file is, its bytes decide; whether it is taken, the service does."""

    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        widget=forms.FileInput({"accept": ACCEPTED}),
        help_text=_("A PDF, a scan or photo (PNG, JPEG, TIFF), or plain text."),
    )
    title = forms.CharField(
        label=_("Title"), max_length=200, required=False,
        help_text=_("For example: Discharge letter. The file’s name if left empty."),
    )  # fmt: skip
    occurred_at = forms.DateTimeField(
        label=_("Date of the document"),
        required=False,
        widget=forms.DateInput({"type": "date"}),
        help_text=_("What it tells of is put at this date in the timeline."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The browser says that a file is too large before it sends it.
        most = settings.UPLOAD_MAX_BYTES
        refusal = _("A file has at most %(most)d MB.") % {"most": most // 1024**2}
        self.fields["file"].widget.attrs |= {
            "data-most-bytes": most,
            "data-too-large": refusal,
        }
