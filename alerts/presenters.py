"""What pages say of alerts and rules, in words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from alerts.charts import BreachChart, breach_chart
from alerts.models import Alert, AlertEvent, AlertRule
from alerts.rules.lifecycle import TRANSITIONS, Act, State
from alerts.selectors import BURDEN_WINDOW, Burden
from biometrics.metrics import Metric, metric_of
from clinicity.common.actors import WORKER

COMPARISONS = {
    "above": gettext_lazy("above"),
    "at_least": gettext_lazy("at or above"),
    "below": gettext_lazy("below"),
    "at_most": gettext_lazy("at or below"),
}
BUTTONS = (
    (Act.ACKNOWLEDGE, gettext_lazy("Acknowledge")),
    (Act.ESCALATE, gettext_lazy("Escalate")),
    (Act.RESOLVE, gettext_lazy("Resolve")),
)
SNOOZES = (
    (1, gettext_lazy("1 hour")),
    (4, gettext_lazy("4 hours")),
    (24, gettext_lazy("1 day")),
)
TABLE_ROWS = 40


@dataclass(frozen=True)
class Button:
    act: str
    label: str


@dataclass(frozen=True)
class Row:
    """One value of the evidence, for the table beside the picture."""

    at: datetime
    value: str
    beyond: bool


@dataclass(frozen=True)
class AlertCard:
    """An alert as a page shows it."""

    alert: Alert
    title: str
    state: str
    severity: str
    sentence: str
    threshold: str
    worst: str
    rows: Sequence[Row]
    chart: BreachChart | None
    buttons: Sequence[Button]
    may_snooze: bool
    zone: str

    @property
    def is_resolved(self) -> bool:
        return self.state == State.RESOLVED


@dataclass(frozen=True)
class EventLine:
    """One line of an alert's history."""

    at: datetime
    what: str
    who: str
    note: str


@dataclass(frozen=True)
class RuleLine:
    """A rule as the page of rules shows it."""

    rule: AlertRule
    sentence: str
    raised: int
    acted: int
    a_week: str


def card_of(alert: Alert, *, may_respond: bool) -> AlertCard:
    evidence = alert.evidence
    return AlertCard(
        alert=alert,
        title=alert.rule.name,
        state=alert.state,
        severity=alert.severity,
        sentence=reason(evidence, alert.patient.time_zone),
        threshold=_number(evidence["params"]["value"]),
        worst=_number(evidence["worst"]),
        rows=_rows(evidence),
        chart=breach_chart(evidence),
        buttons=_buttons(alert) if may_respond else [],
        may_snooze=may_respond and (State(alert.state), Act.SNOOZE) in TRANSITIONS,
        zone=alert.patient.time_zone,
    )


def reason(evidence: dict[str, Any], zone: str) -> str:
    """Why it rang: what, how far beyond what, for how long, and when."""
    params = evidence["params"]
    metric = metric_of(params["metric"])
    start, end = _moment(evidence["start_ms"], zone), _moment(evidence["end_ms"], zone)
    values = {
        "metric": metric.name,
        "comparison": COMPARISONS[params["comparison"]],
        "value": _measure(params["value"], metric),
        "worst": _measure(evidence["worst"], metric),
        "when": _span(start, end),
        "count": evidence["count"],
    }
    return ngettext(
        "%(metric)s was %(comparison)s %(value)s: %(worst)s, measured %(when)s.",
        "%(metric)s was %(comparison)s %(value)s in %(count)d readings %(when)s, "
        "at its furthest %(worst)s.",
        evidence["count"],
    ) % values  # fmt: skip


def rule_sentence(rule: AlertRule) -> str:
    """A threshold rule as one sentence."""
    params = rule.params
    persistence = params["for_at_least"]
    if "minutes" in persistence:
        lasting = _("for at least %(n)d minutes") % {"n": persistence["minutes"]}
    else:
        lasting = ngettext(
            "once", "in at least %(n)d readings in a row", persistence["count"]
        ) % {"n": persistence["count"]}  # fmt: skip
    metric = metric_of(params["metric"])
    return _("%(metric)s %(comparison)s %(value)s %(lasting)s") % {
        "metric": metric.name,
        "comparison": COMPARISONS[params["comparison"]],
        "value": _measure(params["value"], metric),
        "lasting": lasting,
    }


def rule_lines(
    rules: Sequence[AlertRule], burdens: Mapping[UUID, Burden], *, patients: int
) -> list[RuleLine]:
    """Rules with their sentence and what they ask of people."""
    weeks = patients * BURDEN_WINDOW.days / 7
    lines = []
    for rule in rules:
        burden = burdens.get(rule.id, Burden(0, 0))
        a_week = f"{burden.raised / weeks:.3f}" if weeks else ""
        lines.append(RuleLine(rule, rule_sentence(rule), burden.raised, burden.acted, a_week))
    return lines


def event_lines(events: Sequence[AlertEvent], names: Mapping[UUID, str]) -> list[EventLine]:
    return [
        EventLine(
            at=event.created_at,
            what=event.get_act_display(),
            who=_who(event.actor_id, names),
            note=event.note,
        )
        for event in events
    ]


def _who(actor_id: UUID, names: Mapping[UUID, str]) -> str:
    if actor_id == WORKER.id:
        return _("the rule")
    return names.get(actor_id, _("someone who has left"))


def _buttons(alert: Alert) -> list[Button]:
    state = State(alert.state)
    return [
        Button(act.value, str(label)) for act, label in BUTTONS if (state, act) in TRANSITIONS
    ]


def _rows(evidence: dict[str, Any]) -> list[Row]:
    """The newest values first, as many as a reader will read."""
    return [
        Row(_utc(at), _number(value), evidence["start_ms"] <= at <= evidence["end_ms"])
        for at, value in reversed(evidence["points"][-TABLE_ROWS:])
    ]


def _span(start: datetime, end: datetime) -> str:
    day, at = date_format(end, "j M Y"), date_format(end, "H:i")
    if start == end:
        return _("on %(day)s at %(at)s") % {"day": day, "at": at}
    if start.date() == end.date():
        begun = date_format(start, "H:i")
        return _("on %(day)s from %(start)s to %(end)s") % {
            "day": day, "start": begun, "end": at,
        }  # fmt: skip
    begun = date_format(start, "j M Y H:i")
    return _("from %(start)s to %(end)s") % {"start": begun, "end": f"{day} {at}"}


def _moment(ms: float, zone: str) -> datetime:
    return _utc(ms).astimezone(ZoneInfo(zone))


def _utc(ms: float) -> datetime:
    return datetime.fromtimestamp(ms / 1000, UTC)


def _measure(value: float, metric: Metric) -> str:
    unit = "" if metric.unit.startswith("{") else metric.unit.replace("{count}", "counts")
    return f"{_number(value)} {unit}".strip()


def _number(value: float) -> str:
    return f"{value:,.1f}".removesuffix(".0")
