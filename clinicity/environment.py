"""Where settings come from, before Django is there: process, .env, embedded stack.

The process environment wins, then the checkout's `.env`, then what the embedded
stack wrote into `var/` when it made its passwords and took its ports.
"""

import os
import re
from pathlib import Path

import environ

ROOT = Path(__file__).resolve().parent.parent
ENVIRONMENTS = ("local", "test", "production")

Origin = str
ORIGINS: dict[str, Origin] = {}


class UnknownEnvironment(SystemExit):
    """ENVIRONMENT names no settings module."""


def var_dir() -> Path:
    """The folder that holds everything the embedded stack writes."""
    return Path(os.environ.get("CLINICITY_VAR", ROOT / "var"))


def choose_settings() -> None:
    """Point Django at the settings module that ENVIRONMENT names (default: local)."""
    name = os.environ.get("ENVIRONMENT", "local")
    if name not in ENVIRONMENTS:
        choices = ", ".join(ENVIRONMENTS)
        raise UnknownEnvironment(f"ENVIRONMENT={name!r} is not one of {choices}.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", f"clinicity.settings.{name}")


def load() -> environ.Env:
    """Read every source once, remembering for each name which source gave it."""
    ORIGINS.update(dict.fromkeys(os.environ, "process environment"))
    sources = [] if os.environ.get("ENVIRONMENT") == "test" else [ROOT / ".env"]
    if os.environ.get("ENVIRONMENT") != "production":
        sources += [var_dir() / "secrets.env", var_dir() / "stack.env"]
    for source in sources:
        if source.exists():
            environ.Env.read_env(str(source))
            ORIGINS.update(dict.fromkeys(_given_by(source), str(source)))
    return environ.Env()


def _given_by(source: Path) -> set[str]:
    """Names whose value is the file's: read now, or inherited from a parent that did."""
    pairs = re.findall(r"^([A-Z][A-Z0-9_]*)=(.*)$", source.read_text(), flags=re.MULTILINE)
    return {name for name, value in pairs if value and os.environ.get(name) == value}
