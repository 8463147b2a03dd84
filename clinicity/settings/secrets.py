"""What a production start demands of its secrets, each refusal one sentence."""

import base64
import binascii
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

PLAIN_SECRETS = ("SECRET_KEY", "JWT_SECRET_KEY", "HASH_SECRET", "AUDIT_SIGNING_KEY")
SERVERS = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_SEALER_URL", "REDIS_URL")
TLS_SCHEMES = {
    "REDIS_URL": ("rediss://",),
    "MILVUS_URI": ("https://",),
    "NEO4J_URI": ("bolt+s://", "neo4j+s://"),
    "OIDC_SERVER_URL": ("https://",),
}
TLS_MODES = ("verify-full", "verify-ca")
PLACEHOLDERS = ("change", "default", "example", "insecure", "secret", "password")
MINIMUM = 32


def demand_production_secrets(env: environ.Env) -> None:
    """Stop the start, naming what to set, when a secret or server is unfit."""
    for name in PLAIN_SECRETS:
        _demand_strong(name, env.str(name, default=""))
    for key in env.str("AUDIT_SIGNING_KEY").split(","):  # several while they rotate
        _demand_strong("AUDIT_SIGNING_KEY", key.strip())
    _demand_keyring(env.str("ENCRYPTION_KEY", default=""))
    for name in SERVERS:
        if not env.str(name, default=""):
            raise ImproperlyConfigured(f"{name} is not set: production embeds no server.")
    if not env.list("ALLOWED_HOSTS", default=[]):
        raise ImproperlyConfigured("ALLOWED_HOSTS is not set: name the public host.")


def _demand_strong(name: str, value: str) -> None:
    if not value:
        raise ImproperlyConfigured(f"{name} is not set: give it {MINIMUM} random characters.")
    if len(value) < MINIMUM or any(word in value.lower() for word in PLACEHOLDERS):
        raise ImproperlyConfigured(
            f"{name} is a default or too short: give it {MINIMUM} random characters."
        )


def _demand_keyring(value: str) -> None:
    hint = "set it to one or more base64 keys of 32 bytes, newest first, split by commas"
    if not value:
        raise ImproperlyConfigured(f"ENCRYPTION_KEY is not set: {hint}.")
    for key in value.split(","):
        try:
            size = len(base64.b64decode(key, validate=True))
        except binascii.Error as error:
            raise ImproperlyConfigured(f"ENCRYPTION_KEY is not base64: {hint}.") from error
        if size != 32:
            raise ImproperlyConfigured(f"ENCRYPTION_KEY holds {size} bytes, not 32: {hint}.")


def demand_tls(urls: Mapping[str, str], databases: Mapping[str, Mapping[str, Any]]) -> None:
    """Stop the start when a server would be spoken to in the clear.

    `urls` are settings as they came out of every default; an empty one isn't used.
    """
    for name, schemes in TLS_SCHEMES.items():
        value = urls[name]
        if value and not value.startswith(schemes):
            raise ImproperlyConfigured(
                f"{name} must start with {' or '.join(schemes)} in production."
            )
    for alias, database in databases.items():
        if database["OPTIONS"]["sslmode"] not in TLS_MODES:
            raise ImproperlyConfigured(
                f"The {alias} database must be reached with sslmode={' or '.join(TLS_MODES)}."
            )


def oidc_origins(server_url: str) -> list[str]:
    """The origin of the OpenID Connect provider, to which the sign-in page may lead."""
    parts = urlsplit(server_url)
    return [f"{parts.scheme}://{parts.netloc}"] if parts.netloc else []
