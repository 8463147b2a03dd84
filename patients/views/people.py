"""Pages of one patient's own details. The overview that joins the apps is the portal's."""

from uuid import UUID
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinicity.accounts.requests import actor_of
from clinicity.common import clock
from clinicity.common.exceptions import DomainError
from patients import selectors, services
from patients.access import patient_or_404
from patients.forms import PatientEditForm, PatientForm, ZoneMoveForm
from patients.models import Patient
from patients.permissions import demand_registrar
from patients.views.refusals import show_refusal


@require_http_methods(["GET", "POST"])
def create(request: HttpRequest) -> HttpResponse:
    demand_registrar(actor_of(request))
    form = PatientForm(request.POST or None)
    duplicates = None
    if request.method == "POST" and form.is_valid():
        duplicates = _duplicates(request, form)
    if request.method == "POST" and form.is_valid() and not duplicates:
        try:
            patient = services.patient_create(by=actor_of(request), **form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("The patient was added."))
            return redirect("portal:patient", patient.id)
    context = {"form": form, "zones": clock.zone_names(), "duplicates": duplicates}
    status = 409 if duplicates else 422 if form.errors else 200
    return render(request, "patients/form.html", context, status=status)


def _duplicates(request: HttpRequest, form: PatientForm) -> selectors.Duplicates | None:
    """Records that may be this person's, unless whoever registers has seen the warning."""
    if request.POST.get("another") == "yes":
        return None
    names = ("first_name", "last_name", "date_of_birth")
    found = selectors.possible_duplicates(
        actor_of(request), **{name: form.cleaned_data[name] for name in names}
    )
    return found if found.count else None


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    patient = patient_or_404(request, patient_id)
    form = PatientEditForm(request.POST or None, initial=_details(patient))
    if request.method == "POST" and form.is_valid():
        changes = dict(form.cleaned_data)
        try:
            services.patient_edit(
                by=actor_of(request), patient_id=patient_id, version=changes.pop("version"),
                changes=changes,
            )  # fmt: skip
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("The changes were saved."))
            return redirect("portal:patient", patient_id)
    return _edit_page(request, patient, form, ZoneMoveForm())


@require_POST
def zone_move(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The patient lives by another time zone from a moment on."""
    patient = patient_or_404(request, patient_id)
    form = ZoneMoveForm(request.POST)
    with timezone.override(ZoneInfo(patient.time_zone)):
        valid = form.is_valid()
    if valid:
        try:
            services.patient_zone_move(
                by=actor_of(request), patient_id=patient_id, **form.cleaned_data
            )
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("The move was noted. Days are summed up again."))
            return redirect("patients:edit", patient_id)
    return _edit_page(request, patient, PatientEditForm(initial=_details(patient)), form)


@require_POST
def delete(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    patient_or_404(request, patient_id)
    services.patient_delete(by=actor_of(request), patient_id=patient_id)
    messages.success(request, _("The patient was taken off the list."), extra_tags="undo")
    return redirect("patients:deleted", patient_id)


@require_GET
def deleted(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """What follows a removal: the way back."""
    patient = selectors.deleted_patient_get(actor_of(request), patient_id)
    return render(request, "patients/deleted.html", {"patient": patient})


@require_POST
def restore(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    services.patient_restore(by=actor_of(request), patient_id=patient_id)
    messages.success(request, _("The patient is back on the list."))
    return redirect("portal:patient", patient_id)


def _edit_page(
    request: HttpRequest, patient: Patient, form: PatientEditForm, zone_form: ZoneMoveForm
) -> HttpResponse:
    context = {
        "form": form,
        "patient": patient,
        "zones": clock.zone_names(),
        "zone_form": zone_form,
        "zone_moves": selectors.zone_moves(actor_of(request), patient.id),
    }
    status = 422 if form.errors or zone_form.errors else 200
    return render(request, "patients/form.html", context, status=status)


def _details(patient: Patient) -> dict[str, object]:
    return {name: getattr(patient, name) for name in PatientEditForm.base_fields}
