"""One machine, the embedded stack, simulated patients."""

from clinicity.settings.base import *  # noqa: F403

DEMO = True
# Static files are served from where they lie; nothing is collected first.
STATIC_ROOT = None
WHITENOISE_USE_FINDERS = True
