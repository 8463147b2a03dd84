"""The safety plan: one page to read and print, one to write."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from clinicity.accounts.requests import actor_of
from clinicity.accounts.selectors import names_of
from clinicity.common.exceptions import DomainError
from patients import selectors, services
from patients.access import patient_or_404
from patients.chart_forms import SafetyPlanForm, plan_initial
from patients.models.safety import STEPS
from patients.services.safety import AUTHORS, demand_author
from patients.views.refusals import show_refusal


@require_GET
def plan(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The plan that holds, or an earlier version of it (`?version=2`)."""
    patient, actor = patient_or_404(request, patient_id), actor_of(request)
    newest = selectors.safety_plan(actor, patient_id)
    versions = selectors.safety_plan_versions(actor, patient_id) if newest else []
    wanted = request.GET.get("version", "")
    shown = next((one for one in versions if str(one.version) == wanted), newest)
    labels = SafetyPlanForm.LABELS
    context = {
        "patient": patient, "plan": shown, "newest": newest, "versions": versions,
        "author": names_of([shown.made_by]).get(shown.made_by, "") if shown else "",
        "may_edit": actor.role in AUTHORS,
        "steps": [(labels[name][0], shown.steps.get(name, [])) for name in STEPS] if shown else [],
    }  # fmt: skip
    return render(request, "patients/safety_plan.html", context)


@require_http_methods(["GET", "POST"])
def plan_edit(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Write a new version over the one that holds."""
    patient, actor = patient_or_404(request, patient_id), actor_of(request)
    demand_author(actor)
    newest = selectors.safety_plan(actor, patient_id)
    initial = {
        "version": newest.version if newest else 0,
        "note": newest.note if newest else "",
    }
    form = SafetyPlanForm(
        request.POST or None, initial=initial | plan_initial(newest.steps if newest else {})
    )
    if request.method == "POST" and form.is_valid():
        try:
            services.safety_plan_save(
                by=actor, patient_id=patient_id, steps=form.steps(),
                note=form.cleaned_data["note"], version=form.cleaned_data["version"],
            )  # fmt: skip
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.success(request, _("The safety plan was saved as a new version."))
            return redirect("patients:safety_plan", patient_id)
    status = 422 if form.errors else 200
    context = {"patient": patient, "form": form, "newest": newest}
    return render(request, "patients/safety_plan_form.html", context, status=status)
