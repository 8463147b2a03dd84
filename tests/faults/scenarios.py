"""The fault tests by name."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import import_module
from typing import Any

from tests.faults.house import House
from tests.faults.outcome import Outcome


@dataclass(frozen=True)
class Scenario:
    """A module of this package, loaded once Django is open, and what its `run` is told."""

    module: str
    options: Mapping[str, Any] = field(default_factory=dict)

    def run(self, place: House, *, mutant: bool, seed: int, seconds: float | None) -> Outcome:
        options = dict(self.options)
        if seconds and "seconds" in options:
            options["seconds"] = seconds
        run = import_module(f"tests.faults.{self.module}").run
        outcome: Outcome = run(place, mutant=mutant, seed=seed, **options)
        return outcome


FAULTS: dict[str, Scenario] = {
    "ingest_kill_web": Scenario("ingest", {"victim": "web"}),
    "ingest_kill_postgres": Scenario("ingest", {"victim": "postgres"}),
    "ingest_kill_valkey": Scenario("ingest", {"victim": "valkey"}),
    "ingest_reply_cut": Scenario("replies"),
    "ingest_one_key": Scenario("one_key"),
    "ingest_bad_bodies": Scenario("bad_bodies"),
    "ingest_overload": Scenario("overload", {"seconds": 20.0}),
    "ingest_valkey_stopped": Scenario("away", {"what": "valkey_stopped", "seconds": 20.0}),
    "ingest_no_connections": Scenario("away", {"what": "no_connections", "seconds": 8.0}),
    "ingest_disk_full": Scenario("disk_full", {"seconds": 8.0}),
    "stream_cut": Scenario("stream_cut"),
    "import_kill_process": Scenario("importing", {"victim": "process"}),
    "import_kill_postgres": Scenario("importing", {"victim": "postgres"}),
    "import_poison": Scenario("poison"),
    "rebuild_kill": Scenario("rebuild"),
    "rotation": Scenario("rotation"),
    "jobs_kill_worker": Scenario("work", {"victim": "worker"}),
    "jobs_kill_valkey": Scenario("work", {"victim": "valkey"}),
    "jobs_flush_valkey": Scenario("work", {"victim": "flush"}),
    "jobs_freeze_worker": Scenario("frozen"),
}
