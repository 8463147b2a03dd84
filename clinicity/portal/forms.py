"""The filter of the audit trail."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinicity.audit.models import AuditEvent
from clinicity.audit.selectors import TrailFilter


class TrailForm(forms.Form):
    """Every part may stay empty, and then matches all."""

    act = forms.ChoiceField(label=_("What was done"), required=False)
    outcome = forms.ChoiceField(
        label=_("Outcome"),
        required=False,
        choices=[("", _("any")), *AuditEvent.Outcome.choices],
    )
    actor_id = forms.UUIDField(label=_("Who, by id"), required=False)
    patient_id = forms.UUIDField(label=_("Whose record, by id"), required=False)
    since = forms.DateField(
        label=_("From"), required=False, widget=forms.DateInput({"type": "date"})
    )
    until = forms.DateField(
        label=_("Until"), required=False, widget=forms.DateInput({"type": "date"})
    )

    def __init__(self, *args: Any, acts: Sequence[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # The trail's own acts; django-stubs knows only the base field here.
        self.fields["act"].choices = [("", _("any")), *((act, act) for act in acts)]  # type: ignore[attr-defined]

    def wanted(self) -> TrailFilter:
        """What a valid form asks for; whole days, the last one included."""
        data = self.cleaned_data
        since, until = data["since"], data["until"]
        return TrailFilter(
            actor_id=data["actor_id"],
            patient_id=data["patient_id"],
            act=data["act"],
            outcome=data["outcome"],
            since=since and datetime.combine(since, time.min, UTC),
            until=until and datetime.combine(until, time.min, UTC) + timedelta(days=1),
        )
