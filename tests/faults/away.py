"""Something the door leans on is away for a while: what is promised meanwhile is kept.

- Valkey is stopped: nothing is counted, and storing goes on.
- PostgreSQL has no connection left: 503 with Retry-After, and then it goes on.
"""

import os
import signal
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import psycopg
from django.conf import settings

from clinicity.stack import processes
from clinicity.stack.postgres import Postgres
from tests.faults.asking import ask
from tests.faults.house import House
from tests.faults.ingest import CLIENTS, Web, await_progress, clients_of, outcome_of
from tests.faults.load import Client
from tests.faults.outcome import Outcome
from tests.faults.people import clinician

# Right in form, of a patient whom nobody has: answered after the database was asked.
HARMLESS = (
    b'{"patient_id":"01900000-0000-7000-8000-000000000000","data_type":"heart_rate",'
    b'"timestamp":"2024-01-01T00:00:00Z","data":{"bpm":60}}'
)
MUTANTS = {"valkey_stopped": "waits_for_valkey", "no_connections": "never_refuses"}


def run(place: House, *, what: str, seconds: float, mutant: bool, seed: int) -> Outcome:
    web = Web(place, mutant=MUTANTS[what] if mutant else "")
    web.start()
    clients, stop = clients_of(clinician(), web.port), threading.Event()
    with ThreadPoolExecutor(CLIENTS) as pool:
        running = [pool.submit(client.send_until, stop) for client in clients]
        await_progress(clients)
        with AWAY[what](place):
            away = time.monotonic()
            seen = _watch(clients[0], until=away + seconds)
        back = time.monotonic()
        await_progress(clients)
        stop.set()
        for each in running:
            each.result(timeout=60)
    served = sum(away + 1 < at < back for each in clients for at in each.moments)
    broken = CHECKS[what](seen, served)
    since = away if what == "valkey_stopped" else back
    note = f"away for {seconds:.0f} s; answers meanwhile {seen}, {served} batches; seed {seed}"
    return outcome_of(f"ingest_{what}", clients, [since], broken=tuple(broken), note=note)


def _watch(client: Client, *, until: float) -> dict[str, int]:
    """What a client is answered meanwhile, by status and whether it is told to wait."""
    seen: dict[str, int] = {}
    while time.monotonic() < until:
        answer = ask(client.port, client.token, HARMLESS, timeout=5)
        name = "nothing" if answer is None else str(answer.status) + "+" * bool(answer.wait)
        seen[name] = seen.get(name, 0) + 1
        time.sleep(0.1)
    return seen


@contextmanager
def valkey_stopped(place: House) -> Iterator[None]:
    pid = processes.living_pid(place.folder.run / "valkey.pid")
    if pid is None:
        raise RuntimeError("Valkey doesn't run.")
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@contextmanager
def no_connections(place: House) -> Iterator[None]:
    """Others take every connection that there is, the door's too."""
    held: list[psycopg.Connection[object]] = []
    taking, full = threading.Event(), threading.Event()
    taking.set()
    threads = [
        threading.Thread(target=_take, args=(held, taking, full), daemon=True) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    try:
        _end_the_doors(place, full)
        yield
    finally:
        taking.clear()
        for thread in threads:
            thread.join()
        for each in held:
            each.close()


def _take(
    held: list[psycopg.Connection[object]], taking: threading.Event, full: threading.Event
) -> None:
    """One connection after the other; `full` is set once none was left."""
    url = settings.DATABASES["default"]
    while taking.is_set():
        try:
            held.append(
                psycopg.connect(
                    host=url["HOST"], port=url["PORT"], dbname=url["NAME"],
                    user=url["USER"], password=url["PASSWORD"], application_name="others",
                )
            )  # fmt: skip
        except psycopg.OperationalError:
            full.set()
            time.sleep(0.005)


def _end_the_doors(place: House, full: threading.Event) -> None:
    """Those of the door, until others were quicker: the administrator has three spare."""
    server = Postgres(place.folder, port=int(settings.DATABASES["default"]["PORT"]))
    ends = (
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE usename = 'clinicity_app' AND application_name <> 'others'"
    )
    with psycopg.connect(server.admin_url("postgres"), autocommit=True) as admin:
        quiet = 0
        while quiet < 20:
            ended = len(admin.execute(ends).fetchall())
            quiet = quiet + 1 if full.is_set() and not ended else 0
            time.sleep(0.05)


AWAY = {"valkey_stopped": valkey_stopped, "no_connections": no_connections}


def _goes_on(seen: dict[str, int], served: int) -> list[str]:
    return ["nothing was stored meanwhile"] * (not served)


def _told_to_wait(seen: dict[str, int], served: int) -> list[str]:
    odd = sorted(seen.keys() - {"503+", "404"})
    return [f"answered {odd}"] * bool(odd) + ["nobody got 503"] * ("503+" not in seen)


CHECKS = {"valkey_stopped": _goes_on, "no_connections": _told_to_wait}
