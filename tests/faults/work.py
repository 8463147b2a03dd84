"""Batches arrive while a worker or its broker is killed: each batch's job runs to its end."""

import os
import random
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from django.db import connections

from clinicity.accounts.tokens import pair_issue
from clinicity.common.models import Job
from clinicity.stack.application import Beat, FastWorker
from tests.faults.house import House
from tests.faults.ingest import CLIENTS, Web, await_progress
from tests.faults.load import Client
from tests.faults.outcome import Outcome
from tests.faults.people import clinician, patient

KILLS, PATIENCE = 4, 90.0
TASK = "alerts.tasks.evaluate_patient"


def run(place: House, *, victim: str, mutant: bool, seed: int) -> Outcome:
    """The mutant has no sweeper: a wake-up call that was lost stays lost."""
    web = Web(place, mutant=False)
    web.start()
    worker = place.spawn(FastWorker(place.folder).program()[1:], log="fast")
    if not mutant:
        place.spawn(Beat(place.folder).program()[1:], log="beat")
    user = clinician()
    token = pair_issue(user).access
    clients = [Client(web.port, token, patient(user, n).id) for n in range(CLIENTS)]
    stop, chance = threading.Event(), random.Random(seed)
    with ThreadPoolExecutor(CLIENTS) as pool:
        running = [pool.submit(client.send_until, stop) for client in clients]
        for _ in range(KILLS):
            await_progress(clients)
            time.sleep(chance.uniform(0.2, 1.0))
            if victim == "worker":
                _kill_tree(worker.pid)
                worker = place.spawn(FastWorker(place.folder).program()[1:], log="fast")
            else:
                place.kill_server(victim)
        await_progress(clients)
        ended = time.monotonic()
        stop.set()
        for each in running:
            each.result(timeout=60)
    return _outcome(f"jobs_kill_{victim}", clients, ended)


def _kill_tree(pid: int) -> None:
    """The worker and its pool, at once."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    for each in [pid, *map(int, children)]:
        os.kill(each, signal.SIGKILL)


def _outcome(fault: str, clients: list[Client], ended: float) -> Outcome:
    connections.close_all()  # what was open died with the server
    sent = sum(client.sent for client in clients)
    deadline = ended + PATIENCE
    while _done() < sent and time.monotonic() < deadline:
        time.sleep(0.2)
    done = _done()
    return Outcome(
        fault, sent=sent, acknowledged=sum(client.acknowledged for client in clients),
        stored=done, lost=sent - done, doubled=max(0, Job.objects.filter(name=TASK).count() - sent),
        recover_s=round(time.monotonic() - ended, 2), kills=KILLS,
    )  # fmt: skip


def _done() -> int:
    return Job.objects.filter(name=TASK, state=Job.State.DONE).count()
