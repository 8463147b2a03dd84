"""The answer is cut off after the commit: the client sends again, under the same key.

A proxy between clients and door lets every request through and drops some answers.
"""

import contextlib
import random
import socket
import threading
import time
from concurrent.futures import ThreadPoolExecutor

from tests.faults.house import House
from tests.faults.ingest import CLIENTS, Web, await_progress, clients_of, outcome_of
from tests.faults.outcome import Outcome
from tests.faults.people import clinician

SHARE, CUTS, PIECE = 0.4, 24, 65_536


class Cutter:
    """A TCP proxy that closes on the client when the answer comes, for some connections."""

    def __init__(self, to: int, chance: random.Random) -> None:
        self.to, self.chance, self.moments = to, chance, list[float]()
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = int(self.listening.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listening.accept()
                threading.Thread(target=self._serve, args=[client], daemon=True).start()

    def _serve(self, client: socket.socket) -> None:
        cuts = self.chance.random() < SHARE
        door = socket.create_connection(("127.0.0.1", self.to))
        with client, door, contextlib.suppress(OSError):
            threading.Thread(target=_pump, args=[client, door], daemon=True).start()
            while (piece := door.recv(PIECE)) and not cuts:
                client.sendall(piece)
            if cuts:  # the door has answered, so it has committed
                self.moments.append(time.monotonic())
            for each in (client, door):  # else the other thread keeps them open
                each.shutdown(socket.SHUT_RDWR)


def _pump(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while piece := source.recv(PIECE):
            target.sendall(piece)


def run(place: House, *, mutant: bool, seed: int) -> Outcome:
    web = Web(place, mutant="knows_no_keys" if mutant else "")
    web.start()
    proxy = Cutter(web.port, random.Random(seed))
    clients = clients_of(clinician(), proxy.port)
    stop = threading.Event()
    with ThreadPoolExecutor(CLIENTS) as pool:
        running = [pool.submit(client.send_until, stop) for client in clients]
        while len(proxy.moments) < CUTS:
            await_progress(clients)
        cut = list(proxy.moments)
        await_progress(clients)
        stop.set()
        for each in running:
            each.result(timeout=60)
    proxy.listening.close()
    note = f"{len(proxy.moments)} answers cut off"
    return outcome_of("ingest_reply_cut", clients, cut, note=note)
