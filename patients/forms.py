from collections.abc import Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django import forms
from django.utils.translation import gettext_lazy as _

from patients.models import Patient, Visibility
from patients.selectors import Order, Wanted
from patients.services.people import implausible
from patients.timeline_words import kind_name

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


MOMENT = forms.DateTimeInput({"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")
# What a person writes down by hand; the other kinds come from their own rows.
WRITTEN = ("note", "encounter", "phone_call", "life_event", "medication", "incident", "other")


class TimelineEntryForm(TimelineEventForm):
    """An entry with all that can be said of it. Validate it under the patient's zone."""

    occurred_at = forms.DateTimeField(label=_("When"), widget=MOMENT)
    kind = forms.ChoiceField(label=_("Kind"), initial="note")
    visibility = forms.ChoiceField(
        label=_("Seen by"), choices=Visibility.choices, initial=Visibility.TEAM
    )
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        now = (self.initial or {}).get("kind")
        kinds = WRITTEN if now in (None, *WRITTEN) else (now, *WRITTEN)
        self.fields["kind"].choices = [(kind, kind_name(kind)) for kind in kinds]  # type: ignore[attr-defined]


class TimelineFilterForm(forms.Form):
    """What is wanted of a timeline; `until` is the last day."""

    find = forms.CharField(  # "q" is the bar's, which finds patients
        label=_("Search"), max_length=200, required=False,
        widget=forms.TextInput(
            {"type": "search", "data-search": "page", "autocomplete": "off",
             "placeholder": _("words, or “a phrase”")}
        ),
    )  # fmt: skip
    since = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput({"type": "date"})
    )
    until = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput({"type": "date"})
    )
    author = forms.UUIDField(label=_("Written by"), required=False, widget=forms.Select)
    order = forms.TypedChoiceField(
        label=_("Order"), required=False, coerce=Order, empty_value=Order.NEWEST,
        choices=[("newest", _("Newest first")), ("oldest", _("Oldest first"))],
    )  # fmt: skip

    def offer(self, authors: Mapping[UUID, str]) -> None:
        """Whom to choose from: known once the entries were looked through."""
        named = ((str(id), name) for id, name in authors.items())
        self.fields["author"].widget.choices = [("", _("anyone")), *named]

    def wanted(self, kinds: Iterable[str], zone: ZoneInfo) -> Wanted:
        """Days are the patient's own."""
        data = self.cleaned_data
        return Wanted(
            frozenset(kinds), _midnight(data["since"], zone),
            _midnight(data["until"], zone, days=1), data["author"], data["find"],
        )  # fmt: skip


def _midnight(day: date | None, zone: ZoneInfo, *, days: int = 0) -> datetime | None:
    if day is None:
        return None
    return datetime.combine(day + timedelta(days=days), time.min, zone)
