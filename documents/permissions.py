"""Which roles may do what with documents: the same as with the rest of the chart."""

from patients.permissions import demand_staff, demand_writer

__all__ = ["demand_staff", "demand_writer"]
