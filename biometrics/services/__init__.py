"""Every write of this app."""

from biometrics.services.devices import device_register
from biometrics.services.readings import (
    Lane,
    Receipt,
    columns_store,
    lanes_store,
    readings_store,
)
from biometrics.services.replay import readings_rebuild

__all__ = [
    "Lane", "Receipt", "columns_store", "device_register", "lanes_store", "readings_rebuild",
    "readings_store",
]  # fmt: skip
