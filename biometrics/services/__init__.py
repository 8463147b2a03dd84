"""Every write of this app."""

from biometrics.features.payload import Lane
from biometrics.services.corrections import (
    readings_mark_error,
    readings_move,
    readings_restore,
)
from biometrics.services.devices import device_register
from biometrics.services.readings import columns_store, lanes_store, readings_store
from biometrics.services.removal import readings_remove, removal_lift
from biometrics.services.replay import readings_rebuild, rollups_rebuild
from biometrics.services.storing import Receipt

__all__ = [
    "Lane", "Receipt", "columns_store", "device_register", "lanes_store",
    "readings_mark_error", "readings_move", "readings_rebuild", "readings_remove",
    "readings_restore", "readings_store", "removal_lift", "rollups_rebuild",
]  # fmt: skip
