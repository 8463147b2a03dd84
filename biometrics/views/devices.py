"""Pages of a patient's devices: list, pairing, revoking, and who speaks for what."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from biometrics import selectors, services
from biometrics.access import device_or_404
from biometrics.forms import DeviceForm, RevocationForm
from biometrics.presenters import devices as presenters
from biometrics.services import MadeCode
from clinicity.accounts.requests import actor_of
from clinicity.common import clock
from clinicity.common.exceptions import Invalid
from patients.access import patient_or_404
from patients.permissions import WRITERS


@require_http_methods(["GET", "POST"])
def devices(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Every device of a patient, and the form that registers one."""
    patient_or_404(request, patient_id)
    form = DeviceForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        device = services.device_register(
            by=actor_of(request), patient_id=patient_id, **form.cleaned_data
        )
        messages.success(request, _("%s is registered. Pair it next.") % device.name)
        return redirect(f"{request.path}#device-{device.id}")
    return _page(request, patient_id, form=form)


@require_POST
def edit(request: HttpRequest, patient_id: UUID, device_id: UUID) -> HttpResponse:
    """Rename a device, or say better what it is."""
    device = device_or_404(request, patient_id, device_id)
    form = DeviceForm(request.POST)
    if not form.is_valid():
        raise Invalid(_("A device needs a name of at most 100 letters. Nothing was changed."))
    services.device_edit(by=actor_of(request), device_id=device.id, changes=form.cleaned_data)
    messages.success(request, _("The device was changed."))
    return redirect("biometrics:devices", patient_id)


@require_POST
def revoke(request: HttpRequest, patient_id: UUID, device_id: UUID) -> HttpResponse:
    """End a device's token. Pairing it again undoes this."""
    device = device_or_404(request, patient_id, device_id)
    form = RevocationForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else "other"
    services.device_revoke(by=actor_of(request), device_id=device.id, reason=reason)
    said = _("%s can’t send readings any more. Pair it again to undo this.")
    messages.success(request, said % device.name)
    return redirect("biometrics:devices", patient_id)


@never_cache
@require_POST
def pair(request: HttpRequest, patient_id: UUID, device_id: UUID) -> HttpResponse:
    """A new code, shown this once, with the steps that it is for."""
    device = device_or_404(request, patient_id, device_id)
    made = services.pairing_code_make(by=actor_of(request), device_id=device.id)
    if request.headers.get("HX-Request"):
        context = {"patient_id": patient_id, "made": made, "device": device}
        return render(request, "biometrics/_pairing.html", context)
    return _page(request, patient_id, form=DeviceForm(), made=made)


@never_cache
@require_GET
def standing(request: HttpRequest, patient_id: UUID, device_id: UUID) -> HttpResponse:
    """How far a pairing is: the line below the code asks again every few seconds."""
    state = selectors.pairing_state(actor_of(request), patient_id, device_id)
    context = {"patient_id": patient_id, "device_id": device_id, "state": state}
    context["ended"] = not state.expires_at or state.expires_at <= clock.now()
    response = render(request, "biometrics/_pairing_standing.html", context)
    if state.used_at:
        messages.success(request, _("The device is paired."))
        response["HX-Refresh"] = "true"
    return response


@require_POST
def order(request: HttpRequest, patient_id: UUID) -> HttpResponse:
    """Move a device up or down in an order, or give a metric's own order up."""
    patient, actor = patient_or_404(request, patient_id), actor_of(request)
    services.precedence_set(
        by=actor, patient_id=patient_id, metric=request.POST.get("metric", ""),
        devices=_wanted_order(request),
    )  # fmt: skip
    if not request.headers.get("HX-Request"):
        return redirect("biometrics:devices", patient_id)
    context = presenters.precedence(
        patient, selectors.device_states(actor, patient_id),
        selectors.precedences(actor, patient_id), may_write=True,
    )  # fmt: skip
    return render(request, "biometrics/_precedence.html", context)


def _page(
    request: HttpRequest, patient_id: UUID, *, form: DeviceForm, made: MadeCode | None = None
) -> HttpResponse:
    patient, actor = patient_or_404(request, patient_id), actor_of(request)
    context = presenters.devices_page(
        patient, selectors.device_states(actor, patient_id),
        selectors.precedences(actor, patient_id), form=form, now=clock.now(),
        may_write=actor.role in WRITERS, made=made,
    )  # fmt: skip
    context["is_stopped"] = not {"care", "monitoring"} <= set(patient.consents)
    status = 422 if form.errors else 200
    return render(request, "biometrics/devices.html", context, status=status)


def _wanted_order(request: HttpRequest) -> list[UUID]:
    """The order that the card showed, with the pressed button's device moved."""
    shown = request.POST.getlist("device")
    for name in ("up", "down"):
        if name in request.POST:
            shown = presenters.moved(shown, request.POST[name], up=name == "up")
    try:
        return [UUID(text) for text in shown]
    except ValueError as error:
        raise Invalid(_("The order names something that is no device.")) from error
