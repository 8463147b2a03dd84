"""Dispatching events later and together, off the way of a request.

The door commits thousands of events a second, most of them about the same few patients.
A thread gathers their ids and turns them into jobs a few times a second. What a crash
leaves undispatched, the sweeper finds: the events are in the database.
"""

import logging
import queue
import threading
from collections.abc import Sequence
from uuid import UUID

from django.db import close_old_connections, connection

from clinicity.common import events

logger = logging.getLogger(__name__)
GATHER_SECONDS = 0.25
AT_ONCE = 2000


class Dispatcher:
    """A thread with a database connection of its own; it starts with the first event."""

    def __init__(self) -> None:
        self._waiting: queue.Queue[Sequence[UUID] | None] = queue.Queue()
        self._thread: threading.Thread | None = None

    def later(self, event_ids: Sequence[UUID]) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._run, name="dispatcher", daemon=True)
            self._thread.start()
        self._waiting.put(event_ids)

    def close(self) -> None:
        """Dispatch what waits, and let go of the connection."""
        if self._thread:
            self._waiting.put(None)
            self._thread.join()
            self._thread = None

    def _run(self) -> None:
        stop = threading.Event()
        while not stop.is_set():
            gathered = [*self._gathered(stop)]
            for first in range(0, len(gathered), AT_ONCE):
                _dispatch(gathered[first : first + AT_ONCE])
        connection.close()

    def _gathered(self, stop: threading.Event) -> list[UUID]:
        found: list[UUID] = []
        waiting: Sequence[UUID] | None = self._waiting.get()
        stop.wait(GATHER_SECONDS if waiting is not None else 0)
        while True:
            if waiting is None:
                stop.set()
            else:
                found += waiting
            try:
                waiting = self._waiting.get_nowait()
            except queue.Empty:
                return found


def _dispatch(event_ids: Sequence[UUID]) -> None:
    try:
        events.dispatch_many(event_ids)
    except Exception:  # the edge of a thread: the sweeper dispatches them
        logger.exception("events.dispatch_failed", extra={"events": len(event_ids)})
        close_old_connections()
