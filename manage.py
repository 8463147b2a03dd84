#!/usr/bin/env python
"""Clinicity's command line: `python manage.py help`."""

import sys

from django.core.management import execute_from_command_line

from clinicity.environment import choose_settings

if __name__ == "__main__":
    choose_settings()
    execute_from_command_line(sys.argv)
