"""Every write of this app."""

from biometrics.services.devices import device_register
from biometrics.services.readings import Receipt, columns_store, readings_store
from biometrics.services.replay import readings_rebuild

__all__ = ["Receipt", "columns_store", "device_register", "readings_rebuild", "readings_store"]
