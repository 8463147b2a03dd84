"""Fixtures of this app's tests."""

from biometrics.tests.import_lines import lanes_stored, lines, make_upload

__all__ = ["lanes_stored", "lines", "make_upload"]
