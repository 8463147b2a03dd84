from django.urls import URLPattern, path

from documents.consumers import DocumentConsumer

websocket_urlpatterns: list[URLPattern] = [
    path("ws/documents/<uuid:document_id>/", DocumentConsumer.as_asgi(), name="document-live"),
]
