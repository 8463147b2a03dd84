"""What a twin says of its inputs, as pure functions: no Django, no clock, no dice
that aren't seeded from the inputs themselves."""
