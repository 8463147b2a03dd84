"""The fault tests by name."""

from collections.abc import Callable
from functools import partial

from tests.faults.house import House
from tests.faults.outcome import Outcome


def _ingest(place: House, *, victim: str, mutant: bool, seed: int) -> Outcome:
    from tests.faults import ingest

    return ingest.run(place, victim=victim, mutant=mutant, seed=seed)


def _importing(place: House, *, victim: str, mutant: bool, seed: int) -> Outcome:
    from tests.faults import importing

    return importing.run(place, victim=victim, mutant=mutant, seed=seed)


def _work(place: House, *, victim: str, mutant: bool, seed: int) -> Outcome:
    from tests.faults import work

    return work.run(place, victim=victim, mutant=mutant, seed=seed)


FAULTS: dict[str, Callable[..., Outcome]] = {
    "ingest_kill_web": partial(_ingest, victim="web"),
    "ingest_kill_postgres": partial(_ingest, victim="postgres"),
    "ingest_kill_valkey": partial(_ingest, victim="valkey"),
    "import_kill_process": partial(_importing, victim="process"),
    "import_kill_postgres": partial(_importing, victim="postgres"),
    "jobs_kill_worker": partial(_work, victim="worker"),
    "jobs_kill_valkey": partial(_work, victim="valkey"),
}
