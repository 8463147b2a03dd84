"""The database's disk is full: refused while it is, nothing that was acknowledged is lost.

The house's PostgreSQL has a small file system of its own (tmpfs), which is filled to the
last byte and freed again. Where nothing may be mounted, the test says so and is skipped.
"""

import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

from tests.faults.house import House
from tests.faults.ingest import CLIENTS, Web, await_progress, clients_of, outcome_of
from tests.faults.load import Client
from tests.faults.outcome import Outcome
from tests.faults.people import clinician
from tests.faults.small_disk import SIZE_MB, fill

NO_DISK = "skipped: no file system may be mounted here"


def run(place: House, *, seconds: float, mutant: bool, seed: int) -> Outcome:
    if place.disk is None:
        return Outcome("ingest_disk_full", 0, 0, 0, 0, 0, 0.0, note=NO_DISK, skipped=True)
    web = Web(place, mutant="never_refuses" if mutant else "")
    web.start()
    clients, stop = clients_of(clinician(), web.port), threading.Event()
    with ThreadPoolExecutor(CLIENTS) as pool:
        running = [pool.submit(client.send_until, stop) for client in clients]
        await_progress(clients)
        ballast = fill(place.disk)
        full = time.monotonic()
        _await_refusal(clients, full + 3 * seconds)
        time.sleep(seconds)
        ballast.unlink()
        freed = time.monotonic()
        await_progress(clients)
        stop.set()
        for each in running:
            each.result(timeout=60)
    told = sum((client.told for client in clients), Counter[str]())
    broken = ["nobody was told to wait"] * (not told["503+"])
    note = f"{SIZE_MB} MB of tmpfs filled for {freed - full:.0f} s; answers {dict(told)}; seed {seed}"
    return outcome_of("ingest_disk_full", clients, [freed], broken=tuple(broken), note=note)


def _await_refusal(clients: list[Client], until: float) -> None:
    """PostgreSQL goes on for a while in the files that it has."""
    while time.monotonic() < until and not any(client.told["503+"] for client in clients):
        time.sleep(0.05)
