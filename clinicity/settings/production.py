"""Production: nothing defaults, nothing is embedded, everything is behind TLS."""

import ssl

from django.core.exceptions import ImproperlyConfigured

from clinicity.settings.base import *  # noqa: F403
from clinicity.settings.base import (
    DATABASES,
    MILVUS_URI,
    NEO4J_URI,
    OIDC_SERVER_URL,
    REDIS_URL,
    env,
)
from clinicity.settings.secrets import demand_production_secrets, demand_tls

DEMO = False
DEBUG = False
for _database in DATABASES.values():
    _database.setdefault("OPTIONS", {}).setdefault("sslmode", "verify-full")
try:
    demand_production_secrets(env)
    demand_tls(
        {
            "REDIS_URL": REDIS_URL,
            "MILVUS_URI": MILVUS_URI,
            "NEO4J_URI": NEO4J_URI,
            "OIDC_SERVER_URL": OIDC_SERVER_URL,
        },
        DATABASES,
    )
except ImproperlyConfigured as error:
    # A sentence for whoever starts it, instead of a traceback.
    raise SystemExit(f"Clinicity doesn't start: {error}") from None

CELERY_BROKER_USE_SSL = {"ssl_cert_reqs": ssl.CERT_REQUIRED}
SECURE_SSL_REDIRECT = True
# The proxy in front asks these without TLS, from inside.
SECURE_REDIRECT_EXEMPT = [r"^health/", r"^metrics/?$"]
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
# Tied to this host over HTTPS: no subdomain and no plain page can set them.
SESSION_COOKIE_NAME = "__Host-session"
CSRF_COOKIE_NAME = "__Host-csrf"
