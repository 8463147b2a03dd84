"""What medicine knows and the chart asks: codes, drugs, interactions, schedules, calendars.

Pure: no Django, no database; `now` and `today` are arguments. Tables lie in `data/`, each
with its source and version at its head.
"""
