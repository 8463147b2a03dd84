"""The front: readings through their own door, sockets to consumers, the rest to Django."""

from channels.auth import AuthMiddlewareStack
from channels.routing import ProtocolTypeRouter, URLRouter
from channels.security.websocket import AllowedHostsOriginValidator
from django.conf import settings
from django.core.asgi import get_asgi_application

from clinicity.environment import choose_settings

choose_settings()
django_application = get_asgi_application()

# Only now are the models loaded that these import.
from agents.routing import websocket_urlpatterns as agents_sockets  # noqa: E402
from alerts.routing import websocket_urlpatterns as alerts_sockets  # noqa: E402
from biometrics.door import Door  # noqa: E402
from biometrics.routing import websocket_urlpatterns as biometrics_sockets  # noqa: E402
from clinicity.accounts.sockets import CloseOnSignOut  # noqa: E402
from clinicity.common.body_limit import BodyLimit  # noqa: E402
from documents.routing import websocket_urlpatterns as documents_sockets  # noqa: E402

sockets = [*alerts_sockets, *biometrics_sockets, *documents_sockets, *agents_sockets]

application = ProtocolTypeRouter(
    {
        "http": Door(BodyLimit(django_application, most=settings.REQUEST_MAX_BYTES)),
        "websocket": AllowedHostsOriginValidator(
            AuthMiddlewareStack(CloseOnSignOut(URLRouter(sockets)))
        ),
    }
)
