"""Every write of this app."""

from biometrics.features.payload import Lane
from biometrics.services.devices import device_register
from biometrics.services.readings import columns_store, lanes_store, readings_store
from biometrics.services.replay import readings_rebuild, rollups_rebuild
from biometrics.services.storing import Receipt

__all__ = [
    "Lane", "Receipt", "columns_store", "device_register", "lanes_store", "readings_rebuild",
    "readings_store", "rollups_rebuild",
]  # fmt: skip
