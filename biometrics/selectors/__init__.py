"""Every read of this app."""

from biometrics.selectors.devices import (
    Delivered,
    DeviceState,
    PairingState,
    device_get,
    device_states,
    devices,
    pairing_state,
    precedence_of,
    precedences,
)
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
    "Delivered",
    "DeviceState",
    "Latest",
    "PairingState",
    "Readings",
    "Series",
    "aggregated",
    "daily_rollups",
    "device_get",
    "device_states",
    "devices",
    "hourly_rollups",
    "latest",
    "ledger_position",
    "metrics_present",
    "pairing_state",
    "precedence_of",
    "precedences",
    "readings_array",
    "readings_as_of",
    "receipt_get",
    "receipts_page",
    "removals",
    "series",
    "stream_progress",
]
