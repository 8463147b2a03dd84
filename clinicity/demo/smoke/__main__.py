"""`python -m clinicity.demo.smoke`: exit status 0 when every row passed."""

import sys
import time

from clinicity.demo.smoke import (
    answers,
    browser,
    doors,
    oversight,
    people,
    readings,
    rooms,
    signing_in,
    sources,
)
from clinicity.demo.smoke.house import house
from clinicity.demo.smoke.walk import Row, Wrong, walk_through

ROWS: tuple[Row, ...] = (
    *doors.FIRST,
    *signing_in.SIGNING_IN,
    *readings.READINGS,
    *readings.ALERTS,
    *rooms.TWINS,
    *rooms.DOCUMENTS,
    *sources.SOURCES,
    *answers.CHAT,
    *rooms.NOTES,
    *people.PEOPLE,
    *browser.BROWSER,
    *oversight.OVERSIGHT,
    *doors.LAST,
)


def main() -> int:
    started = time.monotonic()
    try:
        with house() as walk:
            seconds = time.monotonic() - started
            sys.stdout.write(f"  a fresh demo at {walk.base} in {seconds:.1f} s\n\n")
            return min(walk_through(walk, ROWS), 1)
    except Wrong as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
