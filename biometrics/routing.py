from django.urls import URLPattern, path

from biometrics.consumers import ImportConsumer

websocket_urlpatterns: list[URLPattern] = [
    path("ws/imports/<uuid:import_id>/", ImportConsumer.as_asgi(), name="import-live"),
]
