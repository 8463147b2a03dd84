"""A stack of its own for one fault test: started empty, killed at will, thrown away."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from clinicity.environment import ROOT
from clinicity.stack import control, processes
from clinicity.stack.folder import Folder
from clinicity.stack.postgres import Postgres
from tests.faults import small_disk

PATIENCE = 180.0
# Milvus takes seconds to load and holds no readings: a name stands for it.
NO_MILVUS = {"MILVUS_URI": "http://milvus.invalid:19530"}


class House:
    """The embedded PostgreSQL and Valkey, and processes of ours beside them."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.env = {**os.environ, **NO_MILVUS, "CLINICITY_VAR": str(folder.root)}
        self.started: list[subprocess.Popen[bytes]] = []
        self.disk: Path | None = None

    def spawn(self, words: Sequence[str], *, log: str) -> "subprocess.Popen[bytes]":
        with (self.folder.log / f"{log}.log").open("ab") as file:
            process = subprocess.Popen(
                [sys.executable, *words], cwd=ROOT, env=self.env, stdout=file, stderr=file
            )
        self.started.append(process)
        return process

    def do(self, *words: str) -> None:
        """Run a command of ours to its end; it must succeed."""
        subprocess.run(
            [sys.executable, *words],
            cwd=ROOT,
            env=self.env,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def kill_server(self, name: str) -> None:
        """kill -9 of an embedded server; its supervisor starts it again."""
        pid = processes.living_pid(self.folder.run / f"{name}.pid")
        if pid:
            os.kill(pid, signal.SIGKILL)

    def end(self) -> None:
        for process in self.started:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            process.wait()
        control.stop(self.folder)
        if self.disk:
            small_disk.taken_away(self.disk)
        control.reset(self.folder)


@contextmanager
def house(name: str, *, is_small: bool = False) -> Iterator[House]:
    """Start the stack, migrate, and open Django in this process on it.

    A small one has its database on a file system of its own, if we may mount one.
    """
    folder = Folder((ROOT / "var" / f"fault-{name}-{os.getpid()}").resolve())
    os.environ.update(NO_MILVUS, CLINICITY_VAR=str(folder.root))
    place = House(folder)
    if is_small:
        folder.prepare()
        place.disk = small_disk.mounted(Postgres(folder, port=0).home)
    try:
        control.start(folder, idle_minutes=10)
        with control.in_use(folder):
            place.do("manage.py", "migrate", "--database", "owner", "--verbosity", "0")
            place.do("manage.py", "ensure_services")
            open_django()
            yield place
    finally:
        place.end()
        with contextlib.suppress(OSError):
            folder.root.rmdir()


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def await_port(port: int) -> None:
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise TimeoutError(f"Nothing listens on port {port}.")


def open_django() -> None:
    import django

    from clinicity.environment import choose_settings

    choose_settings()
    django.setup()


def scratch(place: House, name: str) -> Path:
    path = place.folder.root / name
    path.mkdir(parents=True, exist_ok=True)
    return path
