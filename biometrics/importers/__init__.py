"""Readings of other systems. Adding a format is adding one entry.

The order is that in which a source is recognised: PMData's folders hold Fitbit's files,
and any table is a table.
"""

from biometrics.importers.actigraphy import ACTIGRAPHY_CSV
from biometrics.importers.apple_health import APPLE_HEALTH
from biometrics.importers.awd import AWD
from biometrics.importers.base import Chunk, Importer, Lane, Options, Unreadable
from biometrics.importers.fhir import FHIR
from biometrics.importers.fitbit import FITBIT
from biometrics.importers.garmin import FIT
from biometrics.importers.gt3x import GT3X
from biometrics.importers.lifesnaps import LIFESNAPS
from biometrics.importers.open_mhealth import OPEN_MHEALTH
from biometrics.importers.pmdata import PMDATA
from biometrics.importers.table import TABLE

__all__ = ["IMPORTERS", "Chunk", "Importer", "Lane", "Options", "Unreadable"]

IMPORTERS: dict[str, Importer] = {
    importer.code: importer
    for importer in (
        APPLE_HEALTH, PMDATA, LIFESNAPS, FITBIT, FIT, GT3X, AWD, ACTIGRAPHY_CSV, FHIR,
        OPEN_MHEALTH, TABLE,
    )
}  # fmt: skip
