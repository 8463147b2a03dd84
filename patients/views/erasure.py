"""Pages of admins: erasing a person, holding a record, and what became of erasures."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinicity.accounts.requests import actor_of
from clinicity.accounts.stepup import recently_authenticated
from clinicity.common.exceptions import DomainError
from patients import removal_presenter, selectors, services
from patients.access import patient_or_404
from patients.models import Patient
from patients.permissions import demand_eraser
from patients.removal_forms import ErasureForm, HoldForm
from patients.services import Asked, confirmation_of
from patients.views.refusals import show_refusal, tell


@require_http_methods(["GET", "POST"])
@recently_authenticated
def erase(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The form that erases a person, with what stands in the way of it."""
    demand_eraser(actor_of(request))
    patient = patient_or_404(request, patient_id)
    form = ErasureForm(request.POST or None, words=confirmation_of(patient.id))
    if request.method == "POST" and form.is_valid():
        try:
            services.patient_erase(
                by=actor_of(request), patient_id=patient.id, asked=Asked(**form.cleaned_data)
            )
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("The key is destroyed. The rest is being removed."))
            return redirect("patients:erasures")
    return _form(request, patient, form, HoldForm())


@require_POST
def hold(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Place a hold."""
    demand_eraser(actor_of(request))
    patient = patient_or_404(request, patient_id)
    form = HoldForm(request.POST)
    if not form.is_valid():
        return _form(request, patient, ErasureForm(words=confirmation_of(patient.id)), form)
    services.hold_place(by=actor_of(request), patient_id=patient.id, **form.cleaned_data)
    messages.success(request, _("The record is held: nobody can erase it."))
    return redirect("patients:erase", patient.id)


@require_POST
def hold_lift(request: HttpRequest, patient_id: UUID, hold_id: UUID) -> HttpResponse:
    demand_eraser(actor_of(request))
    patient_or_404(request, patient_id)
    tell(
        request, _("The hold is lifted."),
        lambda: services.hold_lift(
            by=actor_of(request), patient_id=patient_id, hold_id=hold_id,
            reason=request.POST.get("reason", ""),
        ),
    )  # fmt: skip
    return redirect("patients:erase", patient_id)


@require_GET
def erasures(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    context = {
        "removals": removal_presenter.shown(selectors.erasures(actor)),
        "over": selectors.records_over(actor),
    }
    return render(request, "patients/erasures.html", context)


@require_POST
def retry(request: HttpRequest, patient_id: UUID, order_id: UUID) -> HttpResponse:
    """Try a removal again that a fault stopped; back to where it was pressed."""
    if request.POST.get("from") == "erasures":
        demand_eraser(actor_of(request))
    else:
        patient_or_404(request, patient_id)
    tell(
        request, _("It is tried again."),
        lambda: services.removal_retry(
            by=actor_of(request), patient_id=patient_id, removal_id=order_id
        ),
    )  # fmt: skip
    if request.POST.get("from") == "erasures":
        return redirect("patients:erasures")
    return redirect("patients:access", patient_id)


def _form(
    request: HttpRequest, patient: Patient, form: ErasureForm, hold_form: HoldForm
) -> HttpResponse:
    context = {
        "patient": patient,
        "form": form,
        "hold_form": hold_form,
        "keeping": selectors.keeping(actor_of(request), patient.id),
    }
    status = 422 if form.errors or hold_form.errors else 200
    return render(request, "patients/erase.html", context, status=status)
