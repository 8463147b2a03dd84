from django.urls import path

from alerts import views

app_name = "alerts"
urlpatterns = [
    path("", views.inbox, name="inbox"),
    path("count/", views.count, name="count"),
    path("<uuid:alert_id>/", views.detail, name="detail"),
    path("<uuid:alert_id>/toast/", views.toast, name="toast"),
    path("<uuid:alert_id>/<slug:act>/", views.respond, name="respond"),
    path("patients/<uuid:patient_id>/panel/", views.panel, name="panel"),
]
