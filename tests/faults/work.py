"""Batches arrive while a worker or its broker fails: each is looked at afterwards.

Jobs of one patient that wait are one job, so they are not counted. What counts: every
batch has a job of its patient that began after it and ran to its end.
"""

import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import redis
from django.conf import settings
from django.db import connections

from biometrics.models import IngestBatch
from clinicity.accounts.acting import acting_as
from clinicity.common.actors import WORKER
from clinicity.common.models import Job
from clinicity.stack.application import Beat, FastWorker
from tests.faults.house import House
from tests.faults.ingest import CLIENTS, Web, await_progress, clients_of
from tests.faults.load import Client
from tests.faults.outcome import Outcome
from tests.faults.people import clinician

KILLS, PATIENCE = 4, 90.0
TASK = "alerts.tasks.evaluate_patient"


class Worker:
    """The fast worker and its pool."""

    def __init__(self, place: House) -> None:
        self.place = place
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        self.process = self.place.spawn(FastWorker(self.place.folder).program()[1:], log="fast")

    def pool(self) -> list[int]:
        pid = self.process.pid if self.process else 0
        path = Path(f"/proc/{pid}/task/{pid}/children")
        return [int(child) for child in path.read_text().split()]

    def signal(self, number: int) -> None:
        """Its pool and itself, at once."""
        for pid in [*self.pool(), self.process.pid if self.process else 0]:
            os.kill(pid, number)

    def kill(self) -> None:
        self.signal(signal.SIGKILL)
        self.start()


def run(place: House, *, victim: str, mutant: bool, seed: int) -> Outcome:
    web = Web(place, mutant="hopes_for_the_running" if mutant else "")
    web.start()
    worker = Worker(place)
    worker.start()
    place.spawn(Beat(place.folder).program()[1:], log="beat")
    fail: Callable[[], object] = {
        "worker": worker.kill,
        "valkey": lambda: place.kill_server("valkey"),
        "flush": lambda: redis.Redis.from_url(settings.REDIS_URL).flushall(),
    }[victim]
    clients = clients_of(clinician(), web.port)
    _under_fire(clients, fail, random.Random(seed))
    name = "jobs_flush_valkey" if victim == "flush" else f"jobs_kill_{victim}"
    return outcome_of(name, clients, time.monotonic(), kills=KILLS)


def _under_fire(
    clients: list[Client], fail: Callable[[], object], chance: random.Random
) -> None:
    stop = threading.Event()
    with ThreadPoolExecutor(CLIENTS) as pool:
        running = [pool.submit(client.send_until, stop) for client in clients]
        _await_work(clients)
        for _ in range(KILLS):
            await_progress(clients)
            time.sleep(chance.uniform(0.2, 1.0))
            fail()
        await_progress(clients)
        stop.set()
        for each in running:
            each.result(timeout=60)


def _await_work(clients: list[Client]) -> None:
    """Until the worker has looked at each patient once."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        done = Job.objects.filter(name=TASK, state=Job.State.DONE)
        if done.values("patient_id").distinct().count() == len(clients):
            return
        time.sleep(0.2)
    raise TimeoutError("The worker doesn't work.")


def outcome_of(fault: str, clients: list[Client], ended: float, *, kills: int) -> Outcome:
    """Counts of batches; `doubled` are jobs beyond one for each batch."""
    connections.close_all()  # what was open died with the server
    batches = {client.patient_id: _arrivals(client) for client in clients}
    sent = sum(map(len, batches.values()))
    deadline = ended + PATIENCE
    while _seen(batches) < sent and time.monotonic() < deadline:
        time.sleep(0.2)
    seen, made = _seen(batches), Job.objects.filter(name=TASK).count()
    return Outcome(
        fault, sent=sum(client.sent for client in clients),
        acknowledged=sum(client.acknowledged for client in clients), stored=seen,
        lost=sent - seen, doubled=max(0, made - sent),
        recover_s=round(time.monotonic() - ended, 2), kills=kills,
        note=f"{made} jobs for {sent} batches",
    )  # fmt: skip


def _arrivals(client: Client) -> list[datetime]:
    with acting_as(WORKER, client.patient_id):
        rows = IngestBatch.objects.filter(patient_id=client.patient_id)
        return list(rows.values_list("created_at", flat=True))


def _seen(batches: dict[object, list[datetime]]) -> int:  # type: ignore[type-arg]
    """Batches that a job which ended has begun after."""
    seen = 0
    for patient_id, moments in batches.items():
        done = Job.objects.filter(name=TASK, patient_id=patient_id, state=Job.State.DONE)
        last = done.order_by("-started_at").values_list("started_at", flat=True).first()
        seen += sum(last is not None and at <= last for at in moments)
    return seen
