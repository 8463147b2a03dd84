"""Every write of this app."""

from biometrics.features.payload import Lane
from biometrics.services.corrections import (
    readings_mark_error,
    readings_move,
    readings_restore,
)
from biometrics.services.devices import (
    device_edit,
    device_register,
    device_revoke,
    device_seen,
    precedence_set,
)
from biometrics.services.pairing import MadeCode, Paired, device_pair, pairing_code_make
from biometrics.services.readings import columns_store, lanes_store, readings_store
from biometrics.services.removal import readings_remove, removal_lift
from biometrics.services.replay import readings_rebuild, rollups_rebuild
from biometrics.services.storing import Receipt

__all__ = [
    "Lane", "MadeCode", "Paired", "Receipt", "columns_store", "device_edit", "device_pair",
    "device_register", "device_revoke", "device_seen", "lanes_store", "pairing_code_make",
    "precedence_set", "readings_mark_error", "readings_move", "readings_rebuild",
    "readings_remove", "readings_restore", "readings_store", "removal_lift",
    "rollups_rebuild",
]  # fmt: skip
