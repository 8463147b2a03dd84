"""Readings of other systems. Adding a format is adding one entry.

The order is that in which a source is recognised: PMData's folders hold Fitbit's files.
"""

from biometrics.importers.apple_health import APPLE_HEALTH
from biometrics.importers.base import Chunk, Importer, Lane, Options, Unreadable
from biometrics.importers.fitbit import FITBIT
from biometrics.importers.garmin import FIT
from biometrics.importers.lifesnaps import LIFESNAPS
from biometrics.importers.pmdata import PMDATA

__all__ = ["IMPORTERS", "Chunk", "Importer", "Lane", "Options", "Unreadable"]

IMPORTERS: dict[str, Importer] = {
    importer.code: importer for importer in (APPLE_HEALTH, PMDATA, LIFESNAPS, FITBIT, FIT)
}
