from django.urls import re_path

from agents.consumers import ChatConsumer
from clinicity.common.routes import CONVERTERS

websocket_urlpatterns = [
    re_path(rf"^ws/chat/(?P<session_id>{CONVERTERS['uuid']})/$", ChatConsumer.as_asgi()),
]
