"""Production: nothing defaults, nothing is embedded, everything is behind TLS."""

from clinicity.settings.base import *  # noqa: F403
from clinicity.settings.base import DATABASES, env
from clinicity.settings.secrets import demand_production_secrets

DEMO = False
DEBUG = False
demand_production_secrets(env)

SECURE_SSL_REDIRECT = True
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_HSTS_SECONDS = 31_536_000
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SECURE_HSTS_PRELOAD = True
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
for _database in DATABASES.values():
    _database.setdefault("OPTIONS", {}).setdefault("sslmode", "verify-full")
