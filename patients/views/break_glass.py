"""Emergency access: the form that opens it, the page that reviews it."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinicity.accounts.requests import actor_of
from clinicity.accounts.stepup import recently_authenticated
from clinicity.common.exceptions import DomainError
from patients import selectors, services
from patients.people_forms import BreakGlassForm, ReviewForm
from patients.permissions import demand_member
from patients.views.refusals import show_refusal


@require_http_methods(["GET", "POST"])
@recently_authenticated
def open_glass(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    demand_member(actor)
    form = BreakGlassForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        data = dict(form.cleaned_data)
        reason = data.pop("reason")
        try:
            patient_id = services.break_glass_find(by=actor, **data)
            services.break_glass_open(by=actor, patient_id=patient_id, reason=reason)
        except DomainError as refusal:
            show_refusal(form, refusal)
        else:
            messages.warning(request, _("The record is open for a while. The team is told."))
            return redirect("portal:patient", patient_id)
    status = 422 if form.errors else 200
    return render(request, "patients/break_glass.html", {"form": form}, status=status)


@require_POST
def end_glass(request: HttpRequest, glass_id: UUID) -> HttpResponse:
    services.break_glass_end(by=actor_of(request), break_glass_id=glass_id)
    messages.success(request, _("The record is closed again."))
    return redirect("portal:today")


@require_GET
def reviews(request: HttpRequest) -> HttpResponse:
    context = {"glasses": selectors.glass_to_review(actor_of(request)), "form": ReviewForm()}
    return render(request, "patients/reviews.html", context)


@require_POST
def review(request: HttpRequest, glass_id: UUID) -> HttpResponse:
    form = ReviewForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Say whether it was justified, and why."))
        return redirect("patients:reviews")
    services.break_glass_review(
        by=actor_of(request), break_glass_id=glass_id, **form.cleaned_data
    )
    messages.success(request, _("The review is noted."))
    return redirect("patients:reviews")
