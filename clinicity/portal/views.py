"""The pages that put the apps' own parts side by side."""

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_safe

from clinicity import __version__
from clinicity.accounts.middleware import OWN_PAGES
from clinicity.accounts.requests import actor_of
from clinicity.audit.permissions import may_read_trail
from clinicity.common import clock
from clinicity.portal import presenters, selectors
from clinicity.portal.records import record_of
from clinicity.portal.since import since_visit
from patients import selectors as patients_selectors
from patients.access import patient_or_404
from patients.permissions import STAFF


@login_not_required
@require_safe
def root(request: HttpRequest) -> HttpResponseBase:
    """A browser goes to its home; a program learns what answers here."""
    if request.accepts("text/html"):
        role = getattr(request.user, "role", "")
        return redirect("me:home" if role in OWN_PAGES else "portal:today")
    return JsonResponse({"name": "Clinicity", "version": __version__, "docs": "/api/docs/"})


@require_GET
def today(request: HttpRequest) -> HttpResponse:
    """What needs me now. Who reads no patients starts with the trail."""
    actor = actor_of(request)
    if actor.role not in STAFF and may_read_trail(actor):
        return redirect("portal:audit")
    return render(request, "portal/today.html", presenters.today(actor, now=clock.now()))


@require_GET
def patients(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    search = request.GET.get("q", "")
    page = patients_selectors.patients_page(
        actor, search=search, cursor=request.GET.get("cursor")
    )
    if search and len(page.items) == 1 and not request.GET.get("cursor"):
        return redirect("portal:patient", page.items[0].id)
    return render(request, "portal/patients.html", {"page": page, "search": search})


@require_GET
def patient(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    row = patient_or_404(request, patient_id)
    context = presenters.overview(actor_of(request), row, now=clock.now())
    return render(request, "portal/patient.html", context)


@require_GET
def picture(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """The ribbons over another number of days."""
    row = patient_or_404(request, patient_id)
    days = presenters.period(request.GET.get("days", ""))
    context = presenters.picture(actor_of(request), row, now=clock.now(), days=days)
    return render(request, "portal/_picture.html", context)


@require_GET
def since(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """What changed since the last visit, in at most three sentences."""
    row = patient_or_404(request, patient_id)
    record = record_of(actor_of(request), row, now=clock.now(), days=presenters.LOOK_BACK)
    context = {"patient": row, "since": since_visit(record), "brief": True}
    return render(request, "portal/_since.html", context)


@require_GET
def tasks(request: HttpRequest) -> HttpResponse:
    """Long work that this person asked for, wherever it was started."""
    jobs = selectors.jobs_of(actor_of(request), now=clock.now())
    template = "portal/_jobs.html" if request.headers.get("HX-Request") else "portal/tasks.html"
    return render(request, template, {"jobs": jobs})


@require_GET
def gallery(request: HttpRequest) -> HttpResponse:
    return render(request, "portal/gallery.html", presenters.gallery(now=clock.now()))
