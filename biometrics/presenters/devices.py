"""What the pages of devices say."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from biometrics.features.skew import is_off
from biometrics.forms import DeviceForm, RevocationForm
from biometrics.metrics import METRICS
from biometrics.models import Device
from biometrics.presenters.rooms import room
from biometrics.selectors import DeviceState
from biometrics.services import MadeCode
from patients.models import Patient

MINUTE_MS = 60_000
# A moment of the last hours reads as a clock's time, an older one with its day.
CLOCK_FOR = timedelta(hours=12)


@dataclass(frozen=True)
class Standing:
    """Whether a device may send, in a word and a tone."""

    text: str | Promise
    tone: str


REVOKED = Standing(gettext_lazy("Revoked"), "medium")
PAIRED = Standing(gettext_lazy("Paired"), "ok")
UNPAIRED = Standing(gettext_lazy("Not paired yet"), "info")


@dataclass(frozen=True)
class Row:
    """One device on the page, with the forms that change it."""

    state: DeviceState
    standing: Standing
    clock: str
    clock_off: bool
    clock_today: bool
    form: DeviceForm
    revocation: RevocationForm

    @property
    def device(self) -> Device:
        return self.state.device


@dataclass(frozen=True)
class Order:
    """The devices of one metric (or of all) as they are believed; `own` if somebody said so."""

    metric: str
    title: str
    own: bool
    devices: Sequence[Device]


def devices_page(
    patient: Patient, states: Sequence[DeviceState], orders: Mapping[str, Sequence[UUID]],
    *, form: DeviceForm, now: datetime, may_write: bool, made: MadeCode | None = None,
) -> dict[str, Any]:  # fmt: skip
    """The list, the form that adds one, and who speaks for what."""
    return (
        room(patient, "biometrics:devices")
        | {
            "rows": [_row(state, now) for state in states],
            "form": form,
            "may_write": may_write,
            "made": made,
        }
        | precedence(patient, states, orders, may_write=may_write)
    )


def precedence(
    patient: Patient, states: Sequence[DeviceState], orders: Mapping[str, Sequence[UUID]],
    *, may_write: bool,
) -> dict[str, Any]:  # fmt: skip
    """One order for all, and one for each metric that several devices deliver."""
    context = {"patient": patient, "may_write": may_write, "orders": []}
    if len(states) < 2:
        return context
    contested = [code for code in METRICS if len(_deliverers(states, code)) > 1]
    named = [code for code in orders if code and code not in contested]
    wanted = ["", *contested, *named]
    return context | {"orders": [_order(code, states, orders) for code in wanted]}


def moved(order: Sequence[str], device: str, *, up: bool) -> list[str]:
    """The order with one device a place further up or down, where there is one."""
    moved = list(order)
    place = moved.index(device) if device in moved else -1
    other = place - 1 if up else place + 1
    if place >= 0 and 0 <= other < len(moved):
        moved[place], moved[other] = moved[other], moved[place]
    return moved


def skew_words(ms: int | None) -> str:
    """How a clock runs: "4 min ahead", "2 h 05 min behind", "right to a minute"."""
    if ms is None:
        return ""
    if not is_off(ms):
        return _("right to a minute")
    hours, minutes = divmod(round(abs(ms) / MINUTE_MS), 60)
    span = (
        _("%(h)d h %(m)02d min") % {"h": hours, "m": minutes}
        if hours
        else _("%d min") % minutes
    )
    return (_("runs %s ahead") if ms > 0 else _("runs %s behind")) % span


def _row(state: DeviceState, now: datetime) -> Row:
    device = state.device
    fields = ("name", "kind", "model", "serial_number")
    given = {name: getattr(device, name) or "" for name in fields}
    seen = device.clock_skew_at
    return Row(
        state=state,
        standing=REVOKED if device.revoked_at else PAIRED if device.paired_at else UNPAIRED,
        clock=skew_words(device.clock_skew_ms),
        clock_off=is_off(device.clock_skew_ms),
        clock_today=seen is not None and now - seen < CLOCK_FOR,
        form=DeviceForm(initial=given, auto_id=f"id_%s_{device.id}"),
        revocation=RevocationForm(auto_id=f"id_%s_{device.id}"),
    )


def _order(
    code: str, states: Sequence[DeviceState], orders: Mapping[str, Sequence[UUID]]
) -> Order:
    order = list(orders.get(code, orders.get("", [])))
    theirs = {state.device.id for state in _deliverers(states, code)} | set(
        orders.get(code, [])
    )
    shown = [state for state in states if not code or state.device.id in theirs]
    shown.sort(key=lambda state: _place(order, state.device.id))
    return Order(
        metric=code,
        title=METRICS[code].name if code in METRICS else _("All metrics"),
        own=bool(code) and code in orders,
        devices=[state.device for state in shown],
    )


def _deliverers(states: Sequence[DeviceState], code: str) -> list[DeviceState]:
    return [state for state in states if code in {part.metric.code for part in state.delivered}]


def _place(order: Sequence[UUID], device: UUID) -> int:
    return order.index(device) if device in order else len(order)
