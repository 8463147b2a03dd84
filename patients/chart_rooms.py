"""Each part of the chart on pages: its forms, its titles, what adds to it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from patients import chart_forms, services
from patients.models import ChartItem

HALF_HOUR = timedelta(minutes=30)


@dataclass(frozen=True)
class Room:
    form: type[chart_forms.ItemForm]
    add: Callable[..., ChartItem]
    add_title: str | Promise
    edit_title: str | Promise
    add_form: type[chart_forms.ItemForm] | None = None
    first: Callable[[datetime], dict[str, Any]] = lambda now: {}

    @property
    def new_form(self) -> type[chart_forms.ItemForm]:
        return self.add_form or self.form

    def initial(self, now: datetime) -> dict[str, Any]:
        """What a new row begins with."""
        return self.first(now)

    def fields_of(self, row: ChartItem) -> dict[str, Any]:
        """A row's values as the form's first ones."""
        return {name: _shown(getattr(row, name)) for name in self.form.base_fields}


def _shown(value: Any) -> Any:
    if isinstance(value, list):  # times of the day, or participants
        names = [one.get("name") if isinstance(one, dict) else one for one in value]
        joint = "\n" if any(isinstance(one, dict) for one in value) else " "
        return joint.join(name for name in names if name)
    if hasattr(value, "normalize") and hasattr(value, "as_tuple"):
        return f"{value.normalize():f}"
    return value


def _today(now: datetime) -> dict[str, Any]:
    return {"started_on": now.date()}


def _hour(now: datetime) -> dict[str, Any]:
    start = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return {"starts_at": start, "ends_at": start + HALF_HOUR}


ROOMS: Mapping[str, Room] = {
    "condition": Room(
        chart_forms.ConditionForm, services.condition_add, _("Add a condition"),
        _("Edit the condition"),
    ),
    "allergy": Room(
        chart_forms.AllergyForm, services.allergy_add, _("Add an allergy"),
        _("Edit the allergy"),
    ),
    "medication": Room(
        chart_forms.MedicationForm, services.medication_add, _("Add a medication"),
        _("Correct the medication"), first=_today,
    ),
    "lab": Room(
        chart_forms.LabForm, services.lab_result_add, _("Add a result"), _("Correct the result"),
    ),
    "genetic": Room(
        chart_forms.GeneticForm, services.genetic_result_add, _("Add a genetic result"),
        _("Correct the genetic result"),
    ),
    "encounter": Room(
        chart_forms.VisitForm, services.encounter_add, _("Add a visit"), _("Change the visit"),
        chart_forms.NewVisitForm, _hour,
    ),
}  # fmt: skip
