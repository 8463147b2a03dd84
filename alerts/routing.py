from django.urls import URLPattern, path

from alerts.consumers import AlertsConsumer

websocket_urlpatterns: list[URLPattern] = [
    path("ws/alerts/", AlertsConsumer.as_asgi(), name="alerts-live"),
]
