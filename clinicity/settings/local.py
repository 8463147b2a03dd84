"""One machine, the embedded stack, simulated patients."""

from clinicity.settings.base import *  # noqa: F403

DEMO = True
