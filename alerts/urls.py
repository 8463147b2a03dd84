from django.urls import path

from alerts import rule_views, views

app_name = "alerts"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("rules/", rule_views.rules, name="rules"),
    path("rules/dry-run/", rule_views.dry_run, name="dry_run"),
    path("rules/<uuid:rule_id>/switch/", rule_views.switch, name="rule_switch"),
    path("rules/<uuid:rule_id>/retire/", rule_views.retire, name="rule_retire"),
    path("count/", views.count, name="count"),
    path("<uuid:alert_id>/", views.detail, name="detail"),
    path("<uuid:alert_id>/toast/", views.toast, name="toast"),
    path("<uuid:alert_id>/<slug:act>/", views.respond, name="respond"),
    path("patients/<uuid:patient_id>/panel/", views.panel, name="panel"),
]
