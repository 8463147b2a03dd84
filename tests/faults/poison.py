"""A recording in the middle can't be read: what is good is stored, once, and it is named."""

import time
from dataclasses import replace

from tests.faults import importing
from tests.faults.house import House, scratch
from tests.faults.outcome import Outcome
from tests.faults.people import clinician

POISONED, ROW = 5, 700


def run(place: House, *, mutant: bool, seed: int) -> Outcome:
    """The import stops at it and says where; put right, it goes on without doubling."""
    user, folder = clinician(), importing.recordings(scratch(place, "recordings"))
    said = place.folder.log / "import.log"
    path = folder / f"recording_{POISONED}.csv"
    good = path.read_text()
    rows = good.splitlines()
    rows[ROW - 1] = "2003-05-07 12:00:00,2003-05-07,\x00not a number"
    path.write_text("\n".join(rows))
    stopped = importing.start(place, folder, mutant=mutant).wait()
    named = f"{path.name}, row {ROW}" in said.read_text()
    path.write_text(good)
    at = time.monotonic()
    failed = importing.start(place, folder, mutant=mutant).wait()
    back = time.monotonic() - at
    outcome = importing.outcome_of("import_poison", user, said, 0, back)
    broken = [
        *["a poisoned file went through"] * (not stopped),
        *["the poisoned row wasn't named"] * (not named),
        *["the import didn't go on"] * bool(failed),
    ]
    return replace(outcome, broken=tuple(broken), note=f"seed {seed}")
