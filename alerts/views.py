"""Pages of alerts: the inbox, one alert, and a patient's panel."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET, require_POST

from alerts import presenters, selectors, services
from alerts.forms import RespondForm
from alerts.models import Alert
from alerts.permissions import RESPONDERS
from clinicity.accounts.requests import actor_of
from clinicity.accounts.selectors import names_of
from clinicity.common import clock
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Conflict, NotFound
from patients.access import patient_or_404

ACTS: dict[str, Callable[..., Alert]] = {
    "acknowledge": services.alert_acknowledge,
    "snooze": services.alert_snooze,
    "escalate": services.alert_escalate,
    "resolve": services.alert_resolve,
}


@require_GET
def inbox(request: HttpRequest) -> HttpResponse:
    """Every unresolved alert, loudest first; its list alone for htmx."""
    template = (
        "alerts/_inbox.html" if request.headers.get("HX-Request") else "alerts/inbox.html"
    )
    return render(request, template, _inbox(actor_of(request)))


@require_GET
def detail(request: HttpRequest, alert_id: UUID) -> HttpResponse:
    """One alert: why it rang and everything that happened to it."""
    actor = actor_of(request)
    alert = _alert_or_404(actor, alert_id)
    events = selectors.alert_events(actor, alert_id)
    names = names_of(event.actor_id for event in events)
    context = {
        "card": presenters.card_of(alert, may_respond=actor.role in RESPONDERS),
        "lines": presenters.event_lines(events, names),
        "rule": presenters.rule_sentence(alert.rule),
        "patient": alert.patient,
        "snoozes": presenters.SNOOZES,
    }
    return render(request, "alerts/detail.html", context)


@require_POST
def respond(request: HttpRequest, alert_id: UUID, act: str) -> HttpResponse:
    """Carry out one act; htmx gets the inbox as it is now, a plain form goes back to it."""
    form, actor, notice = RespondForm(request.POST), actor_of(request), ""
    if act not in ACTS or not form.is_valid():
        raise Http404
    try:
        ACTS[act](by=actor, alert_id=alert_id, **_given(act, form.cleaned_data))
    except NotFound as error:
        raise Http404 from error
    except Conflict as refusal:
        notice = refusal.detail
    if not request.headers.get("HX-Request"):
        return redirect(form.cleaned_data["next"] or "alerts:inbox")
    return render(request, "alerts/_inbox.html", _inbox(actor) | {"notice": notice})


@require_GET
def count(request: HttpRequest) -> HttpResponse:
    """How many alerts wait, for the rail."""
    waiting = selectors.unresolved_count(actor_of(request))
    return HttpResponse(str(waiting), content_type="text/plain")


@require_GET
def toast(request: HttpRequest, alert_id: UUID) -> HttpResponse:
    """What just rang, in one line. Fetched by id: the socket itself carries no words."""
    alert = _alert_or_404(actor_of(request), alert_id)
    card = presenters.card_of(alert, may_respond=False)
    return render(request, "alerts/_toast.html", {"card": card})


@require_GET
def panel(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """A patient's alerts, for their overview."""
    patient, actor = patient_or_404(request, patient_id), actor_of(request)
    alerts = selectors.patient_alerts(actor, patient_id, size=8)
    context = {
        "patient": patient,
        "cards": [presenters.card_of(alert, may_respond=False) for alert in alerts],
        "coverage": selectors.coverage(actor, patient_id=patient_id),
    }
    return render(request, "alerts/_panel.html", context)


def _inbox(actor: Actor) -> dict[str, Any]:
    may_respond = actor.role in RESPONDERS
    alerts = selectors.inbox(actor)
    return {
        "cards": [presenters.card_of(alert, may_respond=may_respond) for alert in alerts],
        "coverage": selectors.coverage(actor),
        "snoozes": presenters.SNOOZES,
    }


def _alert_or_404(actor: Actor, alert_id: UUID) -> Alert:
    try:
        return selectors.alert_get(actor, alert_id)
    except NotFound as error:
        raise Http404(error.detail) from error


def _given(act: str, data: dict[str, Any]) -> dict[str, Any]:
    given = {"note": data["note"]}
    if act == "snooze":
        given["until"] = clock.now() + timedelta(hours=data["hours"] or 1)
    return given
