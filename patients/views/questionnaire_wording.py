"""The page of the words that this clinic may use."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from clinicity.accounts.requests import actor_of
from clinicity.common.actors import Role
from clinicity.common.exceptions import DomainError
from patients import instruments, selectors, services
from patients.permissions import demand_staff, demand_wording_loader
from patients.questionnaire_forms import WordingForm
from patients.views.refusals import show_refusal


@require_http_methods(["GET", "POST"])
def wordings(request: HttpRequest) -> HttpResponse:
    """Every instrument, in which languages it can be asked, and its loaded versions."""
    actor = actor_of(request)
    demand_staff(actor)
    if request.method == "POST":
        demand_wording_loader(actor)
    form = WordingForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            text = form.cleaned_data["file"].read().decode("utf-8", "replace")
            row = services.wording_load(by=actor, text=text)
        except DomainError as refusal:
            show_refusal(form, refusal)
            for sentence in refusal.extra.get("errors", {}).get("items", ()):
                form.add_error("file", sentence)
        else:
            messages.success(request, _("Version %(n)d was loaded.") % {"n": row.version})
            return redirect("patients:wordings")
    worded = selectors.asked_in_words()
    context = {
        "form": form,
        "may_load": actor.role == Role.ADMIN,
        "rows": [
            (one, worded.get(code, []), selectors.wording_history(code))
            for code, one in sorted(instruments.INSTRUMENTS.items())
        ],
    }
    status = 422 if form.errors else 200
    return render(request, "patients/questionnaires/wordings.html", context, status=status)


@require_POST
def withdraw(request: HttpRequest) -> HttpResponse:
    services.wording_withdraw(
        by=actor_of(request),
        instrument=request.POST.get("instrument", ""),
        language=request.POST.get("language", ""),
    )
    messages.success(request, _("Nobody is asked in these words from now on."))
    return redirect("patients:wordings")
