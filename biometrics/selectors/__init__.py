"""Every read of this app."""

from biometrics.selectors.devices import devices
from biometrics.selectors.history import AsOf, readings_as_of, removals
from biometrics.selectors.ledger import (
    ledger_position,
    receipt_get,
    receipts_page,
    stream_progress,
)
from biometrics.selectors.readings import (
    Aggregate,
    Latest,
    Readings,
    Series,
    aggregated,
    daily_rollups,
    hourly_rollups,
    latest,
    metrics_present,
    readings_array,
    series,
)

__all__ = [
    "Aggregate",
    "AsOf",
    "Latest",
    "Readings",
    "Series",
    "aggregated",
    "daily_rollups",
    "devices",
    "hourly_rollups",
    "latest",
    "ledger_position",
    "metrics_present",
    "readings_array",
    "readings_as_of",
    "receipt_get",
    "receipts_page",
    "removals",
    "series",
    "stream_progress",
]
