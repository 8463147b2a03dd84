"""Five times as much as the door can take, and slow clients beside: refused in order.

Each batch is one request under its own key. Impatient clients send theirs again a moment
after a refusal, whatever it said, so that what is offered stays far above what is stored.
"""

import asyncio
import json
import threading
import time
from collections import Counter
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from django.db import connections

from tests.faults.asking import PATH
from tests.faults.house import House
from tests.faults.ingest import (
    CLIENTS,
    Web,
    await_progress,
    clients_of,
    doubled_of,
    found_of,
)
from tests.faults.load import BATCH, Client, events, value_of
from tests.faults.memory import forget_peak, peak_mb, resident_mb
from tests.faults.outcome import Outcome
from tests.faults.people import clinician

CONNECTIONS, SLOW, TIMES, GROWTH_MB = 2000, 100, 5.0, 400
IMPATIENT, PATIENCE = 0.2, 40.0


@dataclass
class Flood:
    """Requests of all clients' next batches, and how they were answered."""

    port: int
    clients: list[Client]
    until: float
    offered: int = 0
    told: Counter[str] = field(default_factory=Counter)
    kept: set[tuple[int, int]] = field(default_factory=set)

    async def all(self) -> None:
        slow = [asyncio.create_task(self._slow()) for _ in range(SLOW)]
        await asyncio.sleep(1)  # they are inside before the others come
        await asyncio.gather(*slow, *(self._sender(n) for n in range(CONNECTIONS)))

    async def _sender(self, number: int) -> None:
        which = number % len(self.clients)
        client = self.clients[which]
        while time.monotonic() < self.until:
            batch, client.sent = client.sent, client.sent + 1
            body = json.dumps(events(client.patient_id, batch)).encode()
            while not await self._stored(client, batch, body):
                if time.monotonic() > self.until:
                    return
                await asyncio.sleep(IMPATIENT)
            self.kept.add((which, batch))
            client.moments.append(time.monotonic())

    async def _stored(self, client: Client, batch: int, body: bytes) -> bool:
        self.offered += 1
        head = _head(client, len(body)) + f"Idempotency-Key: o{client.patient_id}-{batch}\r\n"
        try:
            async with asyncio.timeout(PATIENCE):
                answer = await _answer(self.port, f"{head}\r\n".encode() + body)
        except (OSError, TimeoutError, asyncio.IncompleteReadError):
            self.told["nothing"] += 1
            return False
        status = int(answer[9:12])
        self.told[f"{status}{'+' * (b'retry-after' in answer.lower())}"] += 1
        return status == 201

    async def _slow(self) -> None:
        """A byte a second."""
        head = f"{_head(self.clients[0], 1000)}\r\n".encode()
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", self.port)
            writer.write(head)
            while time.monotonic() < self.until:
                writer.write(b"[")
                await writer.drain()
                await asyncio.sleep(1)
            writer.close()
        except OSError:
            self.told["slow ones let go"] += 1


def _head(client: Client, size: int) -> str:
    return (
        f"POST {PATH} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {size}\r\n"
        f"Content-Type: application/json\r\nAuthorization: Bearer {client.token}\r\n"
    )


async def _answer(port: int, request: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(request)
        return await reader.readuntil(b"\r\n\r\n")
    finally:
        writer.close()


def run(place: House, *, seconds: float, mutant: bool, seed: int) -> Outcome:
    web = Web(place, mutant="never_refuses" if mutant else "")
    web.start()
    clients = clients_of(clinician(), web.port)
    capacity = _capacity(clients)
    first = [client.acknowledged for client in clients]
    pid = web.process.pid if web.process else 0
    before, began = resident_mb(pid), time.monotonic()
    forget_peak(pid)
    flood = Flood(web.port, clients, began + seconds)
    _in_thread(flood.all())
    ended = time.monotonic()
    offered = flood.offered / (ended - began)
    back = _back(flood)
    broken = _broken(flood, offered / capacity, peak_mb(pid) - before)
    note = (
        f"capacity {capacity:.0f} requests a second, offered {offered:.0f} on {CONNECTIONS} "
        f"connections beside {SLOW} of a byte a second; answers {dict(flood.told)}; memory "
        f"{before} MB before, {peak_mb(pid)} at most, {resident_mb(pid)} after; seed {seed}"
    )
    return _outcome(clients, first, flood, back, broken, note)


def _in_thread(work: Coroutine[Any, Any, None]) -> None:
    with ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()


def _capacity(clients: list[Client]) -> float:
    """Batches a second of as many clients as there are patients."""
    stop, began = threading.Event(), time.monotonic()
    with ThreadPoolExecutor(CLIENTS) as pool:
        running = [pool.submit(client.send_until, stop) for client in clients]
        for _ in range(3):
            await_progress(clients)
        stop.set()
        for each in running:
            each.result(timeout=60)
    return sum(client.acknowledged for client in clients) / (time.monotonic() - began)


def _broken(flood: Flood, times: float, growth_mb: int) -> list[str]:
    odd = sorted(flood.told.keys() - {"201", "503+", "429+", "slow ones let go"})
    return [
        *[f"answered {odd}"] * bool(odd),
        *["nobody was told to wait"] * ("503+" not in flood.told),
        *[f"only {times:.1f} times the capacity was offered"] * (times < TIMES),
        *[f"memory grew by {growth_mb} MB"] * (growth_mb > GROWTH_MB),
    ]


def _outcome(
    clients: list[Client],
    first: list[int],
    flood: Flood,
    back: float,
    broken: list[str],
    note: str,
) -> Outcome:
    """What was acknowledged before and in the flood, against what can be read back."""
    connections.close_all()
    stored = lost = doubled = 0
    for which, client in enumerate(clients):
        found = found_of(client)
        batches = {*range(first[which]), *(n for who, n in flood.kept if who == which)}
        due = (n * BATCH + k for n in batches for k in range(BATCH))
        lost += sum(found.get(n) != value_of(n) for n in due)
        stored += len(found)
        doubled += doubled_of(client, len(found))
    sent = sum(client.sent for client in clients) * BATCH
    kept = (sum(first) + len(flood.kept)) * BATCH
    return Outcome(
        "ingest_overload", sent, kept, stored, lost, doubled, recover_s=back,
        broken=tuple(broken), note=note,
    )  # fmt: skip


def _back(flood: Flood) -> float:
    """After the flood, how long a request waits that comes then."""
    client, began = flood.clients[0], time.monotonic()
    client.until_stored(client.sent)
    client.sent += 1
    return round(time.monotonic() - began, 2)
