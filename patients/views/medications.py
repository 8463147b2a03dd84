"""What is done to one medication: stopped, changed, doses noted."""

from collections.abc import Callable
from typing import Any, cast
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from clinicity.accounts.requests import actor_of
from clinicity.common import clock
from clinicity.common.exceptions import DomainError
from patients import services
from patients.access import patient_or_404
from patients.chart_forms import DoseChangeForm, DoseForm, StopForm
from patients.models import Medication, Patient
from patients.views.chart import chart_after, form_page, row_or_404
from patients.views.refusals import show_refusal


@require_http_methods(["GET", "POST"])
def stop(request: HttpRequest, patient_id: UUID, row_id: UUID) -> HttpResponse:
    patient, row = _medication(request, patient_id, row_id)
    today = clock.now().astimezone(ZoneInfo(patient.time_zone)).date()
    form = StopForm(request.POST or None, initial={"ended_on": today, "version": row.version})
    title = _("Stop %s") % row.name
    return _done(request, patient, form, title, lambda: services.medication_stop(
        by=actor_of(request), patient_id=patient.id, medication_id=row.id, **form.cleaned_data
    ))  # fmt: skip


@require_http_methods(["GET", "POST"])
def dose_change(request: HttpRequest, patient_id: UUID, row_id: UUID) -> HttpResponse:
    patient, row = _medication(request, patient_id, row_id)
    today = clock.now().astimezone(ZoneInfo(patient.time_zone)).date()
    initial = {
        "dose": row.dose.normalize(), "times_per_day": row.times_per_day, "from_on": today,
        "version": row.version,
    }  # fmt: skip
    form = DoseChangeForm(request.POST or None, initial=initial)
    title = _("Change the dose of %s") % row.name

    def change() -> object:
        values = dict(form.cleaned_data)
        kept = values["times_per_day"] == row.times_per_day
        return services.medication_change_dose(
            by=actor_of(request), patient_id=patient.id, medication_id=row.id,
            times=None if kept else (), **values,
        )  # fmt: skip

    return _done(request, patient, form, title, change)


@require_http_methods(["GET", "POST"])
def doses(request: HttpRequest, patient_id: UUID, row_id: UUID) -> HttpResponse:
    """Note that a dose was taken or missed."""
    patient, row = _medication(request, patient_id, row_id)
    with timezone.override(ZoneInfo(patient.time_zone)):
        now = clock.now().replace(second=0, microsecond=0)
        form = DoseForm(request.POST or None, initial={"due_at": now})
        title = _("Note a dose of %s") % row.name
        return _done(request, patient, form, title, lambda: services.dose_record(
            by=actor_of(request), patient_id=patient.id, medication_id=row.id,
            **form.cleaned_data,
        ))  # fmt: skip


def _medication(
    request: HttpRequest, patient_id: UUID, row_id: UUID
) -> tuple[Patient, Medication]:
    patient = patient_or_404(request, patient_id)
    return patient, cast("Medication", row_or_404(request, patient, "medication", row_id))


def _done(
    request: HttpRequest, patient: Patient, form: Any, title: str, act: Callable[[], object]
) -> HttpResponse:
    """Carry the form out, or show it with what is wrong."""
    if request.method == "POST" and form.is_valid():
        try:
            act()
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            return chart_after(request, patient, "medication")
    return form_page(request, patient, form, title, "medication")
