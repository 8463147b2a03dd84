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
from biometrics.selectors.history import AsOf, readings_as_of
from biometrics.selectors.imports import (
    ImportProgress,
    import_batches,
    import_get,
    import_progress,
    imports_page,
    upload_get,
    uploads_waiting,
)
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
    aggregated,
    daily_rollups,
    hourly_rollups,
    latest,
    metrics_present,
    readings_array,
)
from biometrics.selectors.removals import removals

__all__ = [
    "Aggregate",
    "AsOf",
    "Delivered",
    "DeviceState",
    "ImportProgress",
    "Latest",
    "PairingState",
    "Readings",
    "aggregated",
    "daily_rollups",
    "device_get",
    "device_states",
    "devices",
    "hourly_rollups",
    "import_batches",
    "import_get",
    "import_progress",
    "imports_page",
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
    "stream_progress",
    "upload_get",
    "uploads_waiting",
]
