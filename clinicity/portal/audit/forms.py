"""The forms of the auditors' pages."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinicity.audit.models import AuditEvent, SecurityAlert

OUTCOMES = [
    (AuditEvent.Outcome.OK.value, _("done")),
    (AuditEvent.Outcome.REFUSED.value, _("refused")),
    (AuditEvent.Outcome.FAILED.value, _("failed")),
]
MOMENTS = ["%Y-%m-%dT%H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"]
DATE_ONLY = 10


class TrailForm(forms.Form):
    """Every part may stay empty, and then matches all."""

    actor_id = forms.CharField(
        label=_("Who"), required=False, max_length=200,
        help_text=_("Name, e-mail address or id"),
    )  # fmt: skip
    patient_id = forms.CharField(
        label=_("Whose record"), required=False, max_length=200,
        help_text=_("Pseudonym or id; admins also by record number"),
    )  # fmt: skip
    act = forms.ChoiceField(label=_("What was done"), required=False)
    subject = forms.CharField(
        label=_("To what"), required=False, max_length=60, help_text=_("Such as document")
    )
    outcome = forms.ChoiceField(
        label=_("Outcome"), required=False, choices=[("", _("any")), *OUTCOMES]
    )
    since = forms.DateTimeField(
        label=_("From (UTC)"), required=False, input_formats=MOMENTS,
        widget=forms.DateTimeInput({"type": "datetime-local"}),
    )  # fmt: skip
    until = forms.DateTimeField(
        label=_("Until (UTC)"), required=False, input_formats=MOMENTS,
        widget=forms.DateTimeInput({"type": "datetime-local"}),
    )  # fmt: skip
    request_id = forms.CharField(label=_("Request id"), required=False, max_length=40)

    def __init__(
        self, data: Mapping[str, Any] | None = None, *, acts: Sequence[str], **kwargs: Any
    ) -> None:
        super().__init__(_whole_days(data) if data else None, **kwargs)
        # The trail's own acts; django-stubs knows only the base field here.
        self.fields["act"].choices = [("", _("any")), *((act, act) for act in acts)]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        since, until = _utc(data.get("since")), _utc(data.get("until"))
        # Up to the end of the minute that was named.
        until = until and until + timedelta(minutes=1)
        if since and until and until <= since:
            self.add_error("until", _("The end must come after the beginning."))
        return data | {"since": since, "until": until}

    @property
    def asked(self) -> dict[str, str]:
        """What was filled in, as a saved filter keeps it."""
        data = self.data if self.is_bound else {}
        found = {name: str(data.get(name, "")).strip() for name in self.fields}
        return {name: value for name, value in found.items() if value}


class ReviewForm(forms.Form):
    """What a review of a security alert found."""

    outcome = forms.ChoiceField(
        label=_("What came of it"),
        choices=[("", _("choose")), *SecurityAlert.Outcome.choices],
    )
    note = forms.CharField(
        label=_("How you know"), max_length=2000, widget=forms.Textarea({"rows": 3})
    )


def _whole_days(data: Mapping[str, Any]) -> dict[str, Any]:
    """A date alone is its beginning, or its end: what the fields can show."""
    given = {name: data.get(name, "") for name in data}
    for name, time in (("since", "T00:00"), ("until", "T23:59")):
        text = str(given.get(name, "")).strip()
        if len(text) == DATE_ONLY:
            given[name] = text + time
    return given


def _utc(moment: datetime | None) -> datetime | None:
    """The fields say UTC, whatever zone the process has."""
    return moment and moment.replace(tzinfo=UTC)
