"""Two records of one person: finding them, making them one, taking them apart again."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from clinicity.accounts.requests import actor_of
from patients import selectors, services
from patients.access import patient_or_404
from patients.permissions import demand_registrar
from patients.views.refusals import tell


@require_GET
def candidates(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Which of the actor's other records may be this person's."""
    actor = actor_of(request)
    demand_registrar(actor)
    patient = patient_or_404(request, patient_id)
    search = request.GET.get("search", "")
    found = selectors.merge_candidates(actor, patient, search=search)
    context = {
        "patient": patient,
        "search": search,
        "candidates": [(one, _entries(request, one.id)) for one in found],
        "entries": _entries(request, patient.id),
    }
    return render(request, "patients/merge.html", context)


@require_POST
def merge(request: HttpRequest, patient_id: UUID, merged_id: UUID) -> HttpResponse:
    patient_or_404(request, patient_id)
    tell(
        request, _("The two records are read as one now. It can be undone here."),
        lambda: services.patients_merge(
            by=actor_of(request), patient_id=patient_id, merged_id=merged_id
        ),
    )  # fmt: skip
    return redirect("patients:access", patient_id)


@require_POST
def merge_undo(request: HttpRequest, patient_id: UUID, alias_id: UUID) -> HttpResponse:
    patient_or_404(request, patient_id)
    tell(
        request, _("The records are apart again, each with what it had."),
        lambda: services.patients_merge_undo(
            by=actor_of(request), patient_id=patient_id, alias_id=alias_id
        ),
    )  # fmt: skip
    return redirect("patients:access", patient_id)


def _entries(request: HttpRequest, patient_id: UUID) -> int:
    return selectors.timeline_summary(actor_of(request), patient_id).total
