"""The test suite: the embedded stack in a folder of its own, cheap password hashes."""

from clinicity.settings.base import *  # noqa: F403

DEMO = True
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
LOG_LEVEL = "WARNING"
# Static files are served from where they lie; nothing is collected first.
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
