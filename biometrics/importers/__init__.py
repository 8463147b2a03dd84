"""Readings of other systems. Adding a format is adding one entry."""
