"""Alerts and rules in the admin: read only, without what was measured."""

from django.contrib import admin

from alerts.models import Alert, AlertRule
from clinicity.common.admin import ReadOnlyAdmin


@admin.register(AlertRule)
class AlertRuleAdmin(ReadOnlyAdmin[AlertRule]):
    list_display = ("name", "kind", "severity", "enabled", "version", "retired_at")
    list_filter = ("kind", "severity", "enabled")


@admin.register(Alert)
class AlertAdmin(ReadOnlyAdmin[Alert]):
    list_display = ("created_at", "rule", "patient", "severity", "state", "number")
    list_filter = ("state", "severity")
    list_select_related = ("rule", "patient")
    fields = (
        "id", "created_at", "rule", "rule_version", "patient", "state", "severity", "number",
        "changed_at", "changed_by", "snoozed_until", "resolved_at",
    )  # fmt: skip
    readonly_fields = fields
