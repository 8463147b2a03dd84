"""Alert rules as pure functions: no Django, no database, `now` is an argument."""
