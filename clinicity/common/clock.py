"""The clock. Pure code takes `now` as an argument; edges and services ask here."""

from datetime import UTC, datetime

__all__ = ["UTC", "now"]


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)
