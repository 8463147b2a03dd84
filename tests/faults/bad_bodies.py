"""Bodies that are cut short, or stand for gigabytes: refused in little memory.

Meanwhile other clients are served.
"""

import gzip
import socket
import threading
import time
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import zstandard

from tests.faults.asking import PATH, Answer, ask
from tests.faults.house import House
from tests.faults.ingest import CLIENTS, Web, await_progress, clients_of, outcome_of
from tests.faults.memory import forget_peak, peak_mb, resident_mb
from tests.faults.outcome import Outcome
from tests.faults.people import clinician

MIB = 1024 * 1024
# What stands for more than a body may have; how often at once; what may be held for it.
STANDS_FOR, AT_ONCE, GROWTH_MB = 512, 3, 320
LINES = "application/x-ndjson"


def run(place: House, *, mutant: bool, seed: int) -> Outcome:
    web = Web(place, mutant="knows_no_limits" if mutant else "")
    web.start()
    clients, stop = clients_of(clinician(), web.port), threading.Event()
    token = clients[0].token
    with ThreadPoolExecutor(CLIENTS) as pool:
        running = [pool.submit(client.send_until, stop) for client in clients]
        await_progress(clients)
        pid = web.process.pid if web.process else 0
        before, began = resident_mb(pid), time.monotonic()
        forget_peak(pid)
        told = {name: _at_once(web.port, token, bad) for name, bad in BODIES.items()}
        peak, seconds = peak_mb(pid), time.monotonic() - began
        served = sum(moment > began for each in clients for moment in each.moments)
        await_progress(clients)
        stop.set()
        for each in running:
            each.result(timeout=60)
    broken = [f"{name}: {sorted(found)}" for name, found in told.items() if not _refused(found)]
    broken += [f"memory grew by {peak - before} MB"] * (peak - before > GROWTH_MB)
    broken += ["nobody else was served"] * (served < len(BODIES))
    note = (
        f"{len(BODIES)} kinds of bad bodies, {AT_ONCE} at once, in {seconds:.1f} s; memory "
        f"{before} MB before, {peak} at most; {served} batches of others meanwhile; seed {seed}"
    )
    return outcome_of("ingest_bad_bodies", clients, [], broken=tuple(broken), note=note)


def _refused(found: set[int]) -> bool:
    return all(400 <= status < 500 for status in found)


Bad = Callable[[int, str], Answer | None]


def _at_once(port: int, token: str, bad: Bad) -> set[int]:
    with ThreadPoolExecutor(AT_ONCE) as pool:
        found = [pool.submit(bad, port, token) for _ in range(AT_ONCE)]
        answers = [each.result() for each in found]
    return {_status(each) if each else 0 for each in answers}


def _status(answer: Answer) -> int:
    """A stream goes on behind bad lines: of one that has no others, nothing was taken."""
    is_empty = answer.status == 201 and answer.document.get("accepted") == 0
    return 400 if is_empty else answer.status


def _sent(body: bytes, **headers: str) -> Bad:
    return lambda port, token: ask(port, token, body, timeout=60, **headers)


def _gzip_bomb() -> bytes:
    stream = zlib.compressobj(9, wbits=31)
    return b"".join(stream.compress(bytes(MIB)) for _ in range(STANDS_FOR)) + stream.flush()


def _zstd_bomb() -> bytes:
    stream = zstandard.ZstdCompressor(level=3).compressobj()
    return b"".join(stream.compress(bytes(MIB)) for _ in range(STANDS_FOR)) + stream.flush()


def _cut_short(port: int, token: str) -> Answer:
    """Half of what the length promised; the connection is closed, so nobody is answered."""
    head = f"POST {PATH} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n"
    with socket.create_connection(("127.0.0.1", port)) as connection:
        connection.sendall(f"{head}Content-Length: 1000\r\n\r\n".encode() + b"[" * 500)
    return Answer(400, {}, b"")


_DEEP = b'{"events": [{"data": ' + b"[" * MIB
BODIES: dict[str, Bad] = {
    "gzip bomb": _sent(_gzip_bomb(), content_encoding="gzip"),
    "zstd bomb": _sent(_zstd_bomb(), content_encoding="zstd"),
    "gzip bomb of lines": _sent(_gzip_bomb(), content_encoding="gzip", content_type=LINES),
    "broken gzip": _sent(gzip.compress(b"{}" * 1000)[:-9], content_encoding="gzip"),
    "unknown encoding": _sent(b"{}", content_encoding="br"),
    "deep JSON": _sent(_DEEP),
    "deep line": _sent(b'{"data": ' + b"[" * 60_000 + b"\n", content_type=LINES),
    "huge line": _sent(b"x" * 16 * MIB, content_type=LINES),
    "half a JSON": _sent(b'{"events": [{"data_type": "heart_ra'),
    "cut short": _cut_short,
    "a very long list": _sent(b"[" + b"{}," * 4 * MIB + b"{}]"),
}
