"""Every read of this app."""

from biometrics.selectors.devices import devices
from biometrics.selectors.imports import (
    ImportProgress,
    import_batches,
    import_get,
    import_progress,
    imports_page,
    upload_get,
    uploads_waiting,
)
from biometrics.selectors.ledger import ledger_position, receipt_get, receipts_page
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
    "ImportProgress",
    "Latest",
    "Readings",
    "Series",
    "aggregated",
    "daily_rollups",
    "devices",
    "hourly_rollups",
    "import_batches",
    "import_get",
    "import_progress",
    "imports_page",
    "latest",
    "ledger_position",
    "metrics_present",
    "readings_array",
    "receipt_get",
    "receipts_page",
    "series",
    "upload_get",
    "uploads_waiting",
]
