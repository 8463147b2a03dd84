"""Every write of this app."""

from biometrics.services.devices import device_register
from biometrics.services.readings import Receipt, columns_store, readings_store

__all__ = ["Receipt", "columns_store", "device_register", "readings_store"]
