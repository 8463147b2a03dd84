"""What pages of alerts take in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from alerts.models import SEVERITIES
from alerts.presenters import COMPARISONS
from biometrics.metrics import METRICS, Aggregation, Group

# The catalogue's groups as the builder names them.
GROUPS = {
    Group.ACTIVITY: _("Activity"), Group.HEART: _("Heart and circulation"),
    Group.SLEEP: _("Sleep"), Group.BODY: _("Body"), Group.BREATHING: _("Breathing"),
    Group.MOOD: _("Mood and strain"), Group.PHONE: _("Use of the phone"),
    Group.SURROUNDINGS: _("Surroundings"),
}  # fmt: skip


def metric_choices() -> list[tuple[Any, list[tuple[str, str]]]]:
    """What a threshold can watch, by group. The code of a state is no amount."""
    amounts = [m for m in METRICS.values() if m.aggregation is not Aggregation.TIME_IN_STATE]
    return [
        (name, [(metric.code, metric.name) for metric in amounts if metric.group is group])
        for group, name in GROUPS.items()
    ]


class RespondForm(forms.Form):
    """What may come with an act on an alert."""

    note = forms.CharField(required=False, max_length=2000)
    hours = forms.IntegerField(required=False, min_value=1, max_value=24 * 7)
    next = forms.RegexField(r"^/[^/\\].*$", required=False)


class RuleForm(forms.Form):
    """A threshold rule. Whether it is valid, the rule itself decides."""

    name = forms.CharField(
        label=_("Name"), max_length=120, help_text=_("What it watches, never whom.")
    )
    metric = forms.ChoiceField(label=_("When"), choices=metric_choices())
    comparison = forms.ChoiceField(label=_("is"), choices=list(COMPARISONS.items()))
    value = forms.FloatField(label=_("this value"))
    amount = forms.IntegerField(label=_("for at least"), min_value=1, initial=1)
    lasting = forms.ChoiceField(
        label=_("counted in"),
        choices=[("count", _("readings in a row")), ("minutes", _("minutes"))],
    )
    look_back_hours = forms.IntegerField(
        label=_("Look back, hours"), min_value=1, initial=24,
        help_text=_("How old a breach may be and still ring: 168 for nights and moods."),
    )  # fmt: skip
    severity = forms.ChoiceField(label=_("Severity"), choices=SEVERITIES, initial="medium")
    cooldown_minutes = forms.IntegerField(
        label=_("Quiet after it is resolved, minutes"), min_value=0, initial=240
    )

    def rule(self) -> dict[str, Any]:
        """The rule as the services take it."""
        data = self.cleaned_data
        return {
            "kind": "threshold",
            "params": {
                "metric": data["metric"],
                "comparison": data["comparison"],
                "value": data["value"],
                "for_at_least": {data["lasting"]: data["amount"]},
                "look_back_hours": data["look_back_hours"],
            },
            "cooldown_minutes": data["cooldown_minutes"],
        }
