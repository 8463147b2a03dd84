"""A worker is frozen, takes tasks all the same, and is killed: others do its work.

Celery's own way (acknowledging late, a visibility timeout of an hour) leaves such tasks
lying: their messages are out of the queue and in nobody's hands. The job rows tell the
sweeper.
"""

import os
import signal
import time

import redis
from django.conf import settings

from clinicity.stack.application import Beat
from tests.faults.house import House
from tests.faults.ingest import Web, clients_of
from tests.faults.load import Client
from tests.faults.outcome import Outcome
from tests.faults.people import clinician
from tests.faults.work import Worker, outcome_of

QUEUE, PATIENCE = "fast", 30.0


def run(place: House, *, mutant: bool, seed: int) -> Outcome:
    """The mutant has no sweeper."""
    web, worker = Web(place), Worker(place)
    web.start()
    clients = clients_of(clinician(), web.port)
    worker.start()
    _each_sends(clients)
    outcome_of("", clients, time.monotonic(), kills=0)  # until the worker is at work
    for pid in worker.pool():
        os.kill(pid, signal.SIGSTOP)
    _each_sends(clients)
    _await_taken()
    worker.kill()
    ended = time.monotonic()
    if not mutant:
        place.spawn(Beat(place.folder).program()[1:], log="beat")
    return outcome_of("jobs_freeze_worker", clients, ended, kills=1)


def _each_sends(clients: list[Client]) -> None:
    for client in clients:
        client.until_stored(client.sent)
        client.sent += 1


def _await_taken() -> None:
    """Until the messages are in the hands of the frozen worker."""
    broker, deadline = redis.Redis.from_url(settings.REDIS_URL), time.monotonic() + PATIENCE
    time.sleep(1.5)  # events are gathered for a quarter of a second before they are sent
    while broker.llen(QUEUE) and time.monotonic() < deadline:
        time.sleep(0.1)
