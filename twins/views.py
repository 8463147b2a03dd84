"""Pages of the twin: the panel, the page of pictures, two compared, and asking for one."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from clinicity.accounts.requests import actor_of
from clinicity.common.actors import Actor
from clinicity.common.exceptions import NotFound
from clinicity.common.models import Job
from patients.access import patient_or_404
from twins import presenters, selectors, services
from twins.models import TwinSnapshot


@require_GET
def panel(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """What the twin says in ten seconds, for the patient's overview."""
    patient = patient_or_404(request, patient_id)
    snapshot = selectors.snapshot_latest(actor_of(request), patient_id)
    context: dict[str, Any] = {"patient": patient, "snapshot": snapshot}
    if snapshot:
        context["figures"], context["abstained"] = presenters.headline(snapshot)
    return render(request, "twins/_panel.html", context)


@require_GET
def detail(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The newest twin as pictures, or the one that `snapshot` names; history below."""
    patient, actor = patient_or_404(request, patient_id), actor_of(request)
    snapshot = _chosen(actor, patient_id, request.GET.get("snapshot", ""))
    context = {
        "patient": patient,
        "twin": presenters.page_of_twin(snapshot) if snapshot else None,
        "history": selectors.snapshots_page(actor, patient_id, size=20),
    }
    return render(request, "twins/detail.html", context)


@require_GET
def compare(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Two twins of a patient, figure by figure."""
    patient, actor = patient_or_404(request, patient_id), actor_of(request)
    before = _chosen(actor, patient_id, request.GET.get("before", "-"))
    after = _chosen(actor, patient_id, request.GET.get("after", "-"))
    if before is None or after is None:
        raise Http404
    before, after = sorted((before, after), key=lambda one: one.id)
    lines = presenters.compare(before, after)
    context = {"patient": patient, "before": before, "after": after, "lines": lines}
    return render(request, "twins/compare.html", context)


@require_POST
def generate(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Ask for a new twin; htmx gets a fragment that follows the job."""
    patient_or_404(request, patient_id)
    job = services.twin_generate_request(by=actor_of(request), patient_id=patient_id)
    if not request.headers.get("HX-Request"):
        return redirect("twins:detail", patient_id)
    return render(request, "twins/_job.html", {"job": job})


@require_GET
def job(request: HttpRequest, job_id: UUID) -> HttpResponse:
    """How far the job is. When it is done, the page loads what it made."""
    try:
        found = selectors.job_get(actor_of(request), job_id)
    except NotFound as error:
        raise Http404(error.detail) from error
    response = render(request, "twins/_job.html", {"job": found})
    if found.state == Job.State.DONE:
        response["HX-Refresh"] = "true"
    return response


def _chosen(actor: Actor, patient_id: UUID, named: str) -> TwinSnapshot | None:
    """The named snapshot, or the newest when none is named."""
    if not named:
        return selectors.snapshot_latest(actor, patient_id)
    try:
        return selectors.snapshot_get(actor, patient_id, UUID(named))
    except (NotFound, ValueError) as error:
        raise Http404 from error
