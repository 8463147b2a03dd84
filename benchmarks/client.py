"""Clients that cost next to nothing: requests made beforehand, on raw sockets.

Client, server and database share the machine, so what the client spends is lost to all.
"""

import asyncio
import re
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import cast

import uvloop

HOST, PATIENCE = "127.0.0.1", 60
LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)
CREATED = b"HTTP/1.1 201"


@dataclass(frozen=True)
class Target:
    """A server's route, and the head that every request to it begins with."""

    port: int
    head: bytes


def target(port: int, path: str, token: str) -> Target:
    lines = (
        f"POST {path} HTTP/1.1", f"Host: {HOST}:{port}", f"Authorization: Bearer {token}",
        "Content-Type: application/json", "",
    )  # fmt: skip
    return Target(port, "\r\n".join(lines).encode())


def tail(key: str, body: bytes) -> bytes:
    """The rest of a request: its own headers and its body."""
    return f"Idempotency-Key: {key}\r\nContent-Length: {len(body)}\r\n\r\n".encode() + body


class Line:
    """One kept connection that waits for each answer."""

    def __init__(self, to: Target) -> None:
        self.to = to
        self.socket = socket.create_connection((HOST, to.port), PATIENCE)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def post(self, rest: bytes) -> None:
        """Send a request; raises unless it is answered 201."""
        self.socket.sendall(self.to.head + rest)
        answer = b""
        while not is_whole(answer):
            part = self.socket.recv(65536)
            if not part:
                raise AssertionError(f"The connection ended: {answer[:500]!r}")
            answer += part
        demand_created(answer)


def is_whole(answer: bytes) -> bool:
    head, end, body = answer.partition(b"\r\n\r\n")
    found = LENGTH.search(head)
    if found:
        return len(body) >= int(found[1])
    return bool(end) and body.endswith(b"0\r\n\r\n")  # in chunks


def demand_created(answer: bytes) -> None:
    if not answer.startswith(CREATED):
        raise AssertionError(f"The server answered {answer[:500]!r}.")


def burst(to: Target, rests: Sequence[Sequence[bytes]], seconds: float) -> list[int]:
    """Each connection sends its requests, one after the other, for some seconds.

    Returns how many of each were answered: all that were sent.
    """
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        return runner.run(asyncio.wait_for(_burst(to, rests, seconds), seconds + PATIENCE))


async def _burst(to: Target, rests: Sequence[Sequence[bytes]], seconds: float) -> list[int]:
    loop, until = asyncio.get_running_loop(), time.perf_counter() + seconds
    lines = [_Asking(to.head, rest, until, loop.create_future()) for rest in rests]
    for line in lines:
        await loop.create_connection(lambda line=line: line, HOST, to.port)  # type: ignore[misc]
    return list(await asyncio.gather(*(line.done for line in lines)))


class _Asking(asyncio.Protocol):
    """A connection that sends its next request when the last one is answered."""

    def __init__(
        self, head: bytes, rests: Sequence[bytes], until: float, done: "asyncio.Future[int]"
    ) -> None:
        self.head, self.rests, self.until, self.done = head, rests, until, done
        self.answer, self.sent = b"", 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # uvloop's transports don't derive from asyncio.Transport, and do all that it does.
        self.transport = cast(asyncio.Transport, transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        self.answer += data
        if not is_whole(self.answer):
            return
        try:
            demand_created(self.answer)
        except AssertionError as error:
            self._end(error)
            return
        self.answer = b""
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end(AssertionError(f"The connection ended: {self.answer[:500]!r}"))

    def _next(self) -> None:
        if self.sent == len(self.rests) or time.perf_counter() > self.until:
            self._end(None)
            return
        self.transport.write(self.head + self.rests[self.sent])
        self.sent += 1

    def _end(self, error: Exception | None) -> None:
        if self.done.done():
            return
        if error:
            self.done.set_exception(error)
        else:
            self.done.set_result(self.sent)
        self.transport.close()
