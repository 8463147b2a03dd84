"""Loads the simulated clinic through the same services that people use."""
