"""The clock. Pure code takes `now` as an argument; edges and services ask here."""

from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, in UTC."""
    return datetime.now(UTC)
