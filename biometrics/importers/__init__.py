"""Readings of other systems. Adding a format is adding one entry."""

from biometrics.importers.base import Importer

IMPORTERS: dict[str, Importer] = {}
