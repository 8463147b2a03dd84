"""Pages of alert rules: what watches, what it asks of people, and a new one tried first."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from alerts import presenters, selectors, services
from alerts.forms import RuleForm
from alerts.models import AlertRule
from alerts.permissions import RULE_WRITERS, demand_reader
from clinicity.accounts.requests import actor_of
from clinicity.common import clock
from clinicity.common.exceptions import Invalid, NotFound
from patients import selectors as patients


@require_http_methods(["GET", "POST"])
def rules(request: HttpRequest) -> HttpResponse:
    """Every rule as a sentence; below, the builder."""
    actor = actor_of(request)
    demand_reader(actor)
    form = RuleForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _created(request, form):
        return redirect("alerts:rules")
    lines = presenters.rule_lines(
        selectors.rules(actor),
        selectors.burdens(actor, now=clock.now()),
        patients=len(patients.patient_ids(actor)),
    )
    context = {"lines": lines, "form": form, "may_write": actor.role in RULE_WRITERS}
    return render(request, "alerts/rules.html", context)


@require_POST
def dry_run(request: HttpRequest) -> HttpResponse:
    """The sentence of the rule, and what it would have done in the last 90 days."""
    form = RuleForm(request.POST)
    form.fields["name"].required = False
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        given = form.rule()
        try:
            run = services.rule_dry_run(by=actor_of(request), **given)
        except Invalid as refusal:
            _show_refusal(form, refusal)
        else:
            said = AlertRule(kind=given["kind"], params=given["params"])
            context |= {"run": run, "sentence": presenters.rule_sentence(said)}
    return render(request, "alerts/_dry_run.html", context)


@require_POST
def switch(request: HttpRequest, rule_id: UUID) -> HttpResponse:
    """Turn a rule on or off."""
    changes = {"enabled": request.POST.get("enabled") == "on"}
    try:
        services.rule_edit(by=actor_of(request), rule_id=rule_id, changes=changes)
    except NotFound as error:
        raise Http404(error.detail) from error
    return redirect("alerts:rules")


@require_POST
def retire(request: HttpRequest, rule_id: UUID) -> HttpResponse:
    """Take a rule out of use; its alerts stay."""
    try:
        services.rule_retire(by=actor_of(request), rule_id=rule_id)
    except NotFound as error:
        raise Http404(error.detail) from error
    messages.success(request, _("The rule is retired. What it raised stays."))
    return redirect("alerts:rules")


def _created(request: HttpRequest, form: RuleForm) -> bool:
    data = form.cleaned_data
    try:
        services.rule_create(
            by=actor_of(request), name=data["name"], severity=data["severity"], **form.rule()
        )
    except Invalid as refusal:
        _show_refusal(form, refusal)
        return False
    messages.success(request, _("The rule watches from now on."))
    return True


def _show_refusal(form: Form, refusal: Invalid) -> None:
    for name, sentence in refusal.extra.get("errors", {}).items():
        form.add_error(name if name in form.fields else None, sentence)
