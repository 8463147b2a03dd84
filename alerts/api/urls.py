from django.urls import URLPattern

from alerts.api import views
from clinicity.common.routes import route

urlpatterns: list[URLPattern] = [
    route("alert-rules/", views.RulesView, name="alert-rules"),
    route("alert-rules/dry-run/", views.RuleDryRunView, name="alert-rule-dry-run"),
    route("alert-rules/<uuid:rule_id>/", views.RuleView, name="alert-rule"),
    route("alerts/", views.AlertsView, name="alerts"),
    route("alerts/<uuid:alert_id>/", views.AlertView, name="alert"),
    route("alerts/<uuid:alert_id>/acknowledge/", views.AcknowledgeView, name="alert-ack"),
    route("alerts/<uuid:alert_id>/snooze/", views.SnoozeView, name="alert-snooze"),
    route("alerts/<uuid:alert_id>/escalate/", views.EscalateView, name="alert-escalate"),
    route("alerts/<uuid:alert_id>/resolve/", views.ResolveView, name="alert-resolve"),
]
