"""Every write of this app."""

from biometrics.services.devices import (
    device_edit,
    device_register,
    device_revoke,
    device_seen,
    precedence_set,
)
from biometrics.services.pairing import MadeCode, Paired, device_pair, pairing_code_make
from biometrics.services.readings import (
    Lane,
    Receipt,
    columns_store,
    lanes_store,
    readings_store,
)
from biometrics.services.replay import readings_rebuild

__all__ = [
    "Lane", "MadeCode", "Paired", "Receipt", "columns_store", "device_edit", "device_pair",
    "device_register", "device_revoke", "device_seen", "lanes_store", "pairing_code_make",
    "precedence_set", "readings_rebuild", "readings_store",
]  # fmt: skip
