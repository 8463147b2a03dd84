"""The auditors' pages: the trail, one event, alerts, the picture, exports, the proof."""

from urllib.parse import urlencode
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from clinicity.accounts.requests import actor_of
from clinicity.accounts.selectors import staff_names_of
from clinicity.audit import selectors
from clinicity.audit import services as audit
from clinicity.audit.models import SecurityAlert
from clinicity.audit.services.exporting import trail_export
from clinicity.common import clock
from clinicity.common.exceptions import Conflict, Invalid
from clinicity.common.pages import Page
from clinicity.common.streams import streamed
from clinicity.portal.audit import presenters
from clinicity.portal.audit.forms import ReviewForm, TrailForm
from clinicity.portal.audit.search import wanted_of

STATES = ("open", "acknowledged", "reviewed")


@require_GET
def trail(request: HttpRequest) -> HttpResponse:
    actor, form = actor_of(request), _form(request)
    wanted = wanted_of(actor, form)
    page = (
        selectors.events_page(actor, wanted, cursor=request.GET.get("cursor"))
        if wanted
        else Page([])
    )
    context = {
        "form": form,
        "asked": form.asked,
        "page": page,
        "lines": presenters.lines_of(actor, page.items),
        "filters": presenters.filters(selectors.saved_filters(actor)),
        "export_query": urlencode(form.asked),
        "open_alerts": selectors.security_alerts_open(actor),
        "proof": selectors.last_proof(actor),
        "deleted": request.GET.get("deleted", ""),
    }
    return render(request, "audit/trail.html", context)


@require_GET
def event(request: HttpRequest, audit_id: UUID) -> HttpResponse:
    actor = actor_of(request)
    found = selectors.event_get(actor, audit_id)
    return render(request, "audit/event.html", presenters.event_page(actor, found))


@require_GET
def export(request: HttpRequest) -> HttpResponse | StreamingHttpResponse:
    """What the search finds, as a file."""
    actor, form = actor_of(request), _form(request)
    wanted = wanted_of(actor, form)
    if wanted is None:
        raise Invalid(_("The search isn’t clear, so nothing was exported. Search first."))
    made = trail_export(
        by=actor, wanted=wanted, written_as=request.GET.get("format", "csv"),
        names_of=staff_names_of,
    )  # fmt: skip
    headers = {"Content-Disposition": f'attachment; filename="{made.file_name}"'}
    return StreamingHttpResponse(
        streamed(request, made.parts()), content_type=made.content_type, headers=headers
    )


@require_GET
def picture(request: HttpRequest) -> HttpResponse:
    days = presenters.period(request.GET.get("days", ""))
    context = presenters.picture(actor_of(request), days=days, today=clock.now().date())
    return render(request, "audit/picture.html", context)


@require_GET
def alerts(request: HttpRequest) -> HttpResponse:
    actor, state = actor_of(request), request.GET.get("state", "open")
    state = state if state in STATES else "open"
    page = selectors.security_alerts(actor, state=state, cursor=request.GET.get("cursor"))
    context = {
        "state": state,
        "page": page,
        "lines": presenters.alert_lines(page.items),
        "review_form": ReviewForm(),
        "own": actor.id,
        "watched_until": selectors.watched_until(actor),
        "states": [
            (name, label) for name, label in SecurityAlert.State.choices if name in STATES
        ],
    }
    return render(request, "audit/alerts.html", context)


@require_GET
def alert(request: HttpRequest, security_id: UUID) -> HttpResponse:
    found = selectors.security_alert_get(actor_of(request), security_id)
    return _alert_page(request, found, ReviewForm())


@require_POST
def alert_acknowledge(request: HttpRequest, security_id: UUID) -> HttpResponse:
    try:
        audit.security_alert_acknowledge(by=actor_of(request), alert_id=security_id)
        messages.success(request, _("It is yours to look into now."))
    except (Conflict, audit.OwnAccess) as refusal:
        messages.error(request, refusal.detail)
    return redirect("portal:audit_alert", security_id)


@require_POST
def alert_review(request: HttpRequest, security_id: UUID) -> HttpResponse:
    actor, form = actor_of(request), ReviewForm(request.POST)
    if not form.is_valid():
        return _alert_page(request, selectors.security_alert_get(actor, security_id), form)
    try:
        audit.security_alert_review(by=actor, alert_id=security_id, **form.cleaned_data)
        messages.success(request, _("Your finding is on record."))
    except (Conflict, audit.OwnAccess) as refusal:
        messages.error(request, refusal.detail)
    return redirect("portal:audit_alert", security_id)


@require_POST
def verify(request: HttpRequest) -> HttpResponse:
    """Ask for a proof of the whole trail; the fragment that comes back follows it."""
    job = audit.trail_verify(by=actor_of(request))
    if not request.headers.get("HX-Request"):
        return redirect("portal:tasks")
    return render(request, "audit/_proof.html", presenters.verdict(job, None))


@require_GET
def proof(request: HttpRequest, job_id: UUID) -> HttpResponse:
    found = selectors.proof(actor_of(request), job_id)
    return render(request, "audit/_proof.html", presenters.verdict(*found))


@require_POST
def filter_save(request: HttpRequest) -> HttpResponse:
    form = TrailForm(request.POST, acts=[])
    try:
        audit.filter_save(
            by=actor_of(request), name=request.POST.get("name", ""), wanted=form.asked
        )
        messages.success(request, _("The search is kept under its name."))
    except (Conflict, Invalid) as refusal:
        messages.error(request, refusal.detail)
    return _back(form.asked)


@require_POST
def filter_rename(request: HttpRequest, filter_id: UUID) -> HttpResponse:
    try:
        audit.filter_rename(
            by=actor_of(request), filter_id=filter_id, name=request.POST.get("name", "")
        )
        messages.success(request, _("It has its new name."))
    except (Conflict, Invalid) as refusal:
        messages.error(request, refusal.detail)
    return redirect("portal:audit")


@require_POST
def filter_delete(request: HttpRequest, filter_id: UUID) -> HttpResponse:
    audit.filter_delete(by=actor_of(request), filter_id=filter_id)
    return _back({"deleted": str(filter_id)})


@require_POST
def filter_restore(request: HttpRequest, filter_id: UUID) -> HttpResponse:
    try:
        audit.filter_restore(by=actor_of(request), filter_id=filter_id)
        messages.success(request, _("The filter is back."))
    except Conflict as refusal:
        messages.error(request, refusal.detail)
    return redirect("portal:audit")


def _alert_page(request: HttpRequest, found: SecurityAlert, form: ReviewForm) -> HttpResponse:
    (line,) = presenters.alert_lines([found])
    context = {"line": line, "alert": found, "form": form, "own": actor_of(request).id}
    return render(request, "audit/alert.html", context, status=400 if form.errors else 200)


def _form(request: HttpRequest) -> TrailForm:
    return TrailForm(request.GET or None, acts=selectors.acts(actor_of(request)))


def _back(asked: dict[str, str]) -> HttpResponse:
    answer = redirect("portal:audit")
    if asked:
        answer["Location"] += f"?{urlencode(asked)}"
    return answer
