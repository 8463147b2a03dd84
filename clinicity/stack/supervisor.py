"""Keeps services alive: starts them in order by health check, restarts, stops cleanly.

One supervisor holds a folder at a time, by a lock that the kernel drops when it dies.
What a killed supervisor left running is found by its pid files and stopped first.
"""

import contextlib
import fcntl
import logging
import os
import selectors
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import BinaryIO

from clinicity.stack import processes
from clinicity.stack.folder import Folder
from clinicity.stack.services import Service, StackError

logger = logging.getLogger(__name__)

TICK = 0.2
POLL = 0.05
LONGEST_PAUSE = 30.0
TRIES = 4
RETRY_PAUSE = 0.5
# A service that lived this long is well again: the next failure pauses shortly.
WELL_AFTER = 60.0
LOG_LIMIT = 10_000_000


class Stopped(Exception):
    """Somebody asked the supervisor to stop; raised in whatever it was doing."""


class Keeper:
    """One service under supervision."""

    def __init__(self, service: Service) -> None:
        self.service = service
        self.process: subprocess.Popen[bytes] | None = None
        self.failures = 0
        self.started_at = 0.0
        self.start_after = 0.0

    @property
    def pid_file(self) -> Path:
        return self.service.folder.run / f"{self.service.name}.pid"

    def end_orphan(self) -> None:
        """Stop what a killed supervisor left behind."""
        pid = processes.living_pid(self.pid_file)
        if pid:
            logger.warning("Stopping %s (pid %s), left by a kill.", self.service.name, pid)
            signal_number = self.service.command().stop_signal
            processes.stop(pid, stop_signal=signal_number, patience=self.service.patience)
        self.pid_file.unlink(missing_ok=True)

    def start(self) -> None:
        self.service.prepare()
        with _log(self.service) as log:
            self.process = processes.spawn(self.service.command(), log=log)
        processes.write_pid(self.pid_file, self.process.pid)
        self.started_at = time.monotonic()

    def await_ready(self, pause: Callable[[float], None]) -> None:
        """Wait until it answers; what ends while starting may try again a few times.

        PostgreSQL does so while backends of its killed predecessor are still leaving.
        """
        deadline = time.monotonic() + self.service.patience
        tries = TRIES
        while not self.service.is_ready():
            if self.has_ended():
                tries -= 1
                if not tries:
                    raise StackError(f"{self.service.name} doesn't start: {self._where()}")
                pause(RETRY_PAUSE)
                self.start()
            if time.monotonic() > deadline:
                raise StackError(f"{self.service.name} doesn't answer: {self._where()}")
            pause(POLL)

    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def revive(self) -> None:
        """Restart a service that has ended, later each time it ends soon again."""
        if not self.has_ended():
            return
        now = time.monotonic()
        if not self.start_after:
            self.start_after = now + self._count_failure(lived=now - self.started_at)
        elif now >= self.start_after:
            self.start_after = 0.0
            self.start()

    def _count_failure(self, *, lived: float) -> float:
        self.failures = 0 if lived > WELL_AFTER else self.failures + 1
        pause = min(LONGEST_PAUSE, 0.25 * 2.0**self.failures)
        logger.warning("%s ended; starting it again in %.1f s.", self.service.name, pause)
        return pause

    def detach(self) -> None:
        """Let it outlive us; its pid file finds it again."""
        if self.process:
            self.process.returncode = 0

    def stop(self) -> None:
        if self.process is None:
            return
        if self.process.poll() is None:
            self._ask_to_stop(self.process)
        processes.kill_group(self.process.pid)  # children that outlived it
        self.pid_file.unlink(missing_ok=True)

    def _ask_to_stop(self, process: subprocess.Popen[bytes]) -> None:
        process.send_signal(self.service.command().stop_signal)
        try:
            process.wait(self.service.patience)
        except subprocess.TimeoutExpired:
            logger.warning("%s didn't stop: killing it.", self.service.name)
            processes.kill_group(process.pid)
            process.wait()

    def _where(self) -> str:
        return f"see {log_path(self.service)}."


class Supervisor:
    """Runs services in the foreground until it is told to stop."""

    def __init__(self, folder: Folder, *, tell: Callable[[str], None]) -> None:
        self.folder = folder
        self.tell = tell
        self.keepers: list[Keeper] = []
        self._stop_asked = threading.Event()

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Hold the folder; on the way out every service is stopped, whatever happened."""
        self.folder.prepare()
        with held_lock(self.folder.run / "supervisor.lock"), self._signals():
            processes.write_pid(self.folder.run / "supervisor.pid", os.getpid())
            try:
                yield
            finally:
                self._stop_all()
                self.ready_file.unlink(missing_ok=True)
                (self.folder.run / "supervisor.pid").unlink(missing_ok=True)

    @property
    def ready_file(self) -> Path:
        return self.folder.run / "ready"

    def end_orphans(self, services: Sequence[Service]) -> None:
        for service in reversed(services):
            Keeper(service).end_orphan()

    def start_all(self, services: Sequence[Service]) -> None:
        """Start several at once, then wait for each in turn."""
        began = time.monotonic()
        fresh = [Keeper(service) for service in services]
        for keeper in fresh:
            self.keepers.append(keeper)
            keeper.start()
        for keeper in fresh:
            keeper.await_ready(self.pause)
            keeper.service.settle()
            place = f" on port {keeper.service.port}" if keeper.service.port else ""
            self.tell(f"{keeper.service.name}: up{place} ({time.monotonic() - began:.1f} s)")

    def lines_of(self, process: "subprocess.Popen[bytes]") -> Iterator[str]:
        """What a step prints, line by line, until it ends or we are told to stop."""
        out = process.stdout
        assert out is not None  # noqa: S101 (the caller asked for a pipe)
        waiting = selectors.DefaultSelector()
        waiting.register(out, selectors.EVENT_READ)
        rest = b""
        while True:
            self.pause(0)
            if not waiting.select(TICK):
                continue
            chunk = os.read(out.fileno(), 65536)
            *lines, rest = (rest + chunk).split(b"\n")
            yield from (line.decode(errors="replace") for line in lines)
            if not chunk:
                return

    def watch(self, *, until: Callable[[], bool] = lambda: False) -> None:
        """Revive what ends, until stopped."""
        self.ready_file.write_text(f"{os.getpid()}\n")
        while not until():
            for keeper in self.keepers:
                self._revive(keeper)
            self.pause(TICK)

    def _revive(self, keeper: Keeper) -> None:
        try:
            keeper.revive()
        except (OSError, StackError, subprocess.SubprocessError):
            logger.exception("%s can't be started; trying again.", keeper.service.name)

    def pause(self, seconds: float) -> None:
        if self._stop_asked.wait(seconds):
            raise Stopped

    def _stop_all(self) -> None:
        for keeper in reversed(self.keepers):
            keeper.stop()
            self.tell(f"{keeper.service.name}: stopped")

    @contextmanager
    def _signals(self) -> Iterator[None]:
        def ask(number: int, frame: FrameType | None) -> None:
            self._stop_asked.set()

        before = {
            n: signal.signal(n, ask) for n in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        }
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


@contextmanager
def held_lock(path: Path) -> Iterator[None]:
    """Hold a lock that the kernel drops with the process, or refuse at once."""
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise StackError(f"A supervisor already holds {path.parent.parent}.") from error
        yield


def log_path(service: Service) -> Path:
    return service.folder.log / f"{service.name}.log"


@contextmanager
def _log(service: Service) -> Iterator[BinaryIO]:
    """Append to the service's log; what grew too large is kept once as `.1`."""
    path = log_path(service)
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_size > LOG_LIMIT:
            path.replace(path.with_suffix(".log.1"))
    with path.open("ab") as log:
        path.chmod(0o600)
        yield log
