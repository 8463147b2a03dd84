"""Clients send to the door while something is killed under it."""

import random
import subprocess
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

from django.db import connections

from biometrics import selectors
from biometrics.models import IngestBatch
from biometrics.verification import readings_verify
from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.accounts.tokens import pair_issue
from clinicity.common.actors import WORKER
from tests.faults.house import House, await_port, free_port
from tests.faults.load import BATCH, FIRST, Client, value_of
from tests.faults.outcome import Outcome
from tests.faults.people import clinician, patient

CLIENTS, KILLS = 4, 5


class Web:
    """The web server, on the same port after each kill."""

    def __init__(self, place: House, *, mutant: str = "") -> None:
        self.place, self.port = place, free_port()
        self.app = f"tests.faults.mutants:{mutant}" if mutant else "clinicity.asgi:application"
        self.more = ["--factory"] if mutant else []
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        words = ["-m", "uvicorn", self.app, *self.more, "--port", str(self.port)]
        self.process = self.place.spawn([*words, "--no-access-log"], log="web")
        await_port(self.port)

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
        self.start()


def run(place: House, *, victim: str, mutant: bool, seed: int) -> Outcome:
    web = Web(place, mutant="answers_first" if mutant else "")
    web.start()
    clients = clients_of(clinician(), web.port)
    kill = web.kill if victim == "web" else lambda: place.kill_server(victim)
    killed = _under_fire(clients, kill, random.Random(seed))
    time.sleep(2 if mutant else 0)  # what the mutant still holds may yet arrive
    return outcome_of(f"ingest_kill_{victim}", clients, killed)


def clients_of(user: User, port: int) -> list[Client]:
    token = pair_issue(user).access
    return [Client(port, token, patient(user, number).id) for number in range(CLIENTS)]


def _under_fire(clients: list[Client], kill, chance: random.Random) -> list[float]:  # type: ignore[no-untyped-def]
    """Let every client send; kill at unforeseen moments; then let each finish its batch."""
    stop, killed = threading.Event(), []
    with ThreadPoolExecutor(CLIENTS) as pool:
        running = [pool.submit(client.send_until, stop) for client in clients]
        for _ in range(KILLS):
            await_progress(clients)
            time.sleep(chance.uniform(0.2, 1.0))
            killed.append(time.monotonic())
            kill()
        await_progress(clients)
        stop.set()
        for each in running:
            each.result(timeout=60)
    return killed


def await_progress(clients: list[Client]) -> None:
    """Until each client has had two more answers."""
    before = [client.acknowledged for client in clients]
    deadline = time.monotonic() + 60
    while any(
        client.acknowledged <= was + 1 for client, was in zip(clients, before, strict=True)
    ):
        if time.monotonic() > deadline:
            raise TimeoutError("The door doesn't come back.")
        time.sleep(0.02)


def outcome_of(fault: str, clients: list[Client], killed: list[float], **more: Any) -> Outcome:
    connections.close_all()  # what was open died with the server
    stored = lost = doubled = 0
    for client in clients:
        found = found_of(client)
        due = {n: value_of(n) for n in range(client.acknowledged * BATCH)}
        lost += sum(found.get(n) != value for n, value in due.items())
        stored += len(found)
        doubled += doubled_of(client, len(found))
    back = [
        min((moment for each in clients for moment in each.moments if moment > at), default=at)
        - at
        for at in killed
    ]
    return Outcome(
        fault, sent=sum(client.sent for client in clients) * BATCH,
        acknowledged=sum(client.acknowledged for client in clients) * BATCH,
        stored=stored, lost=lost, doubled=doubled, recover_s=round(max(back, default=0.0), 2),
        kills=len(killed), **more,
    )  # fmt: skip


def found_of(client: Client) -> dict[int, float]:
    """What can be read back, by the number of the sample."""
    end = FIRST + timedelta(days=366)
    held = selectors.readings_array(WORKER, client.patient_id, "heart_rate", FIRST, end)
    numbers = (held.times_ms - round(FIRST.timestamp() * 1000)) // 1000
    return dict(zip(numbers.tolist(), held.values.tolist(), strict=True))


def doubled_of(client: Client, stored: int) -> int:
    """Samples counted as accepted twice, ledger rows that no batch asked for, disagreements."""
    with acting_as(WORKER, client.patient_id):
        rows = list(IngestBatch.objects.filter(patient_id=client.patient_id).defer("payload"))
    counted = sum(row.accepted for row in rows) - stored
    faults = readings_verify(WORKER, client.patient_id).faults
    return counted + max(0, len(rows) - client.sent) * BATCH + len(faults)
