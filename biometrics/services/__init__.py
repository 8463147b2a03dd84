"""Every write of this app."""

from biometrics.services.readings import Receipt, columns_store, readings_store

__all__ = ["Receipt", "columns_store", "readings_store"]
