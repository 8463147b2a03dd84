"""A clinic that never was: people, devices and charts, from a seed and a date.

Pure: no Django, no clock, no files. The same seed and date give the same clinic.
"""

from clinicity.demo.simulator.cast import CAST
from clinicity.demo.simulator.lives import Life, simulate

__all__ = ["CAST", "Life", "simulate"]
