"""`python -m benchmarks.NAME`: us, named peers and the physical limit, side by side.

Each way takes its turn in every round, so that a machine's mood meets all of them; the
results are checked to be equal; medians and ratios are printed, with `--json` for machines.
"""
