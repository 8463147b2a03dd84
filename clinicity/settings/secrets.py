"""What a production start demands of its secrets, each refusal one sentence."""

import base64
import binascii

import environ
from django.core.exceptions import ImproperlyConfigured

PLAIN_SECRETS = ("SECRET_KEY", "JWT_SECRET_KEY", "HASH_SECRET", "AUDIT_SIGNING_KEY")
SERVERS = ("DATABASE_URL", "DATABASE_OWNER_URL", "DATABASE_SEALER_URL", "REDIS_URL")
TLS_SCHEMES = {
    "REDIS_URL": ("rediss://",),
    "MILVUS_URI": ("https://",),
    "NEO4J_URI": ("bolt+s://", "neo4j+s://"),
}
PLACEHOLDERS = ("change", "default", "example", "insecure", "secret", "password")
MINIMUM = 32


def demand_production_secrets(env: environ.Env) -> None:
    """Stop the start, naming what to set, when a secret or server is unfit."""
    for name in PLAIN_SECRETS:
        _demand_strong(name, env.str(name, default=""))
    _demand_keyring(env.str("ENCRYPTION_KEY", default=""))
    for name in SERVERS:
        if not env.str(name, default=""):
            raise ImproperlyConfigured(f"{name} is not set: production embeds no server.")
    for name, schemes in TLS_SCHEMES.items():
        _demand_tls(name, env.str(name, default=""), schemes)
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


def _demand_tls(name: str, value: str, schemes: tuple[str, ...]) -> None:
    if value and not value.startswith(schemes):
        wanted = " or ".join(schemes)
        raise ImproperlyConfigured(f"{name} must start with {wanted} in production.")
