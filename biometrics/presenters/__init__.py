"""Readings, devices and imports as text and as JSON documents."""
