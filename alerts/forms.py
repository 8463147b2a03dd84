from django import forms


class RespondForm(forms.Form):
    """What may come with an act on an alert."""

    note = forms.CharField(required=False, max_length=2000)
    hours = forms.IntegerField(required=False, min_value=1, max_value=24 * 7)
    next = forms.RegexField(r"^/[^/\\].*$", required=False)
