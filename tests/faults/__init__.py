"""Fault tests: something is killed in the middle of work, and nothing may be lost.

`python -m tests.faults NAME` (or `all`) prints what was sent, acknowledged, stored,
lost and doubled, and the seconds until work went on. `--mutant` runs it against a
deliberately broken path, which must lose something: a fault test that finds nothing
there proves nothing.
"""
