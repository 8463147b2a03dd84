"""Storing batches of 5,000 samples, each batch durable before the next begins.

Ours is the whole service: ledger, encrypted segments, rollups, latest value, audit and
event. The peers store bare rows, unencrypted, without any of these: psycopg's binary
COPY into a table with a unique index, and Django's bulk_create(ignore_conflicts=True).
The limit is one fsync of the batch's bytes.
"""

from benchmarks.rounds import measured, options, tell
from tests.faults.house import house

ROUNDS = 15


def main() -> None:
    given = options(__doc__ or "", rounds=ROUNDS)
    with house("benchmark"):
        from benchmarks.ways import ways  # noqa: PLC0415  Django is open only now

        with ways() as ready:
            report = measured("ingest", "samples/s", ready, given.rounds)
    tell(report, as_json=given.json)


if __name__ == "__main__":
    main()
