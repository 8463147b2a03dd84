"""When a repeated questionnaire falls due. Pure."""

from datetime import datetime, timedelta


def latest_due(
    starts_at: datetime, every_days: int | None, until: datetime | None, *, now: datetime
) -> datetime | None:
    """The newest moment by now at which it fell due; None before the first."""
    end = now if until is None else min(now, until)
    if starts_at > end:
        return None
    if every_days is None:
        return starts_at
    step = timedelta(days=every_days)
    return starts_at + (end - starts_at) // step * step
