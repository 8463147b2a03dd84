"""Start, stop and look at the embedded stack from another process."""

import fcntl
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from clinicity.environment import ROOT
from clinicity.stack import embedded, processes
from clinicity.stack.application import BACKGROUND, Web
from clinicity.stack.folder import Folder
from clinicity.stack.postgres import Postgres
from clinicity.stack.services import Server, Service, StackError
from clinicity.stack.supervisor import Keeper, Stopped, Supervisor

START_PATIENCE = 90.0
STOP_PATIENCE = 60.0
TEST_FOLDER = "test"


@dataclass(frozen=True)
class Standing:
    """How one service stands."""

    name: str
    port: int
    pid: int | None
    ready: bool


def run(folder: Folder, *, tell: Callable[[str], None], idle_minutes: float = 0) -> None:
    """Supervise the embedded servers in the foreground, until told to stop."""
    supervisor = Supervisor(folder, tell=tell)
    try:
        with supervisor.holding():
            supervisor.start_all(servers_of(supervisor))
            supervisor.watch(until=lambda: bool(idle_minutes) and _idle(folder, idle_minutes))
    except Stopped:
        tell("stopped as asked")


def servers_of(supervisor: Supervisor) -> list[Server]:
    """The servers to start, announced to everybody; what was left running is stopped."""
    folder = supervisor.folder
    supervisor.end_orphans(known_services(folder))
    chosen = embedded.servers(folder)
    embedded.announce(folder, chosen)
    return chosen


def start(folder: Folder, *, idle_minutes: float = 0) -> None:
    """Have a supervisor in the background, and return when its services answer."""
    folder.prepare()
    with _one_at_a_time(folder.run / "start.lock"):
        if is_ready(folder):
            return
        pid = supervisor_pid(folder) or _launch(folder, idle_minutes)
        _await_ready(folder, pid)


def stop(folder: Folder) -> bool:
    """Stop the supervisor and its services. False when none was running."""
    pid = supervisor_pid(folder)
    if pid:
        os.kill(pid, signal.SIGTERM)
        if not processes.wait_gone(pid, seconds=STOP_PATIENCE):
            raise StackError(f"The supervisor (pid {pid}) doesn't stop: see {folder.log}.")
    orphans = [service for service in known_services(folder) if _pid(folder, service.name)]
    for orphan in reversed(orphans):
        Keeper(orphan).end_orphan()
    return bool(pid or orphans)


def known_services(folder: Folder) -> list[Service]:
    """Everything that a supervisor of this folder may have started."""
    return [*embedded.announced(folder), Web(folder, port=0), *(k(folder) for k in BACKGROUND)]


def standing(folder: Folder) -> list[Standing]:
    return [
        Standing(server.name, server.port, _pid(folder, server.name), server.is_ready())
        for server in embedded.announced(folder)
    ]


def is_ready(folder: Folder) -> bool:
    pid = supervisor_pid(folder)
    ready = folder.run / "ready"
    return bool(pid) and ready.exists() and ready.read_text().strip() == str(pid)


def supervisor_pid(folder: Folder) -> int | None:
    return _pid(folder, "supervisor")


def _pid(folder: Folder, name: str) -> int | None:
    return processes.living_pid(folder.run / f"{name}.pid")


def _launch(folder: Folder, idle_minutes: float) -> int:
    command = processes.Command(
        argv=[
            sys.executable,
            "-m",
            "clinicity.stack",
            "run",
            f"--idle-minutes={idle_minutes}",
        ],
        env={"CLINICITY_VAR": str(folder.root)},
        cwd=ROOT,
    )
    path = folder.log / "supervisor.log"
    with path.open("wb") as log:
        path.chmod(0o600)
        process = processes.spawn(command, log=log)
    # Until it has written its own pid file, this names it.
    processes.write_pid(folder.run / "supervisor.pid", process.pid)
    process.returncode = 0  # it outlives us: nobody here will wait for it
    return process.pid


def _await_ready(folder: Folder, pid: int) -> None:
    deadline = time.monotonic() + START_PATIENCE
    while not is_ready(folder):
        if processes.wait_gone(pid, seconds=0) or time.monotonic() > deadline:
            raise StackError(
                f"The stack didn't start.\n{tail(folder.log / 'supervisor.log', 20)}"
            )
        time.sleep(0.05)


def tail(path: Path, lines: int) -> str:
    if not path.exists():
        return ""
    return "\n".join(path.read_text(errors="replace").splitlines()[-lines:])


@contextmanager
def _one_at_a_time(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


@contextmanager
def in_use(folder: Folder) -> Iterator[None]:
    """Keep an idle-limited stack alive for as long as this process lives."""
    path = folder.run / "users.lock"
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        try:
            yield
        finally:
            os.utime(path)


def is_in_use(folder: Folder) -> bool:
    """Whether a process holds the stack in use now."""
    path = folder.run / "users.lock"
    if not path.exists():
        return False
    with path.open("r") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def reset(folder: Folder) -> None:
    """Stop everything and throw the data away. A test stack below it stays."""
    stop(folder)
    shutil.rmtree(Postgres(folder, port=0).home, ignore_errors=True)
    kept = {TEST_FOLDER}
    for path in folder.root.iterdir() if folder.root.exists() else ():
        if path.is_dir() and path.name not in kept:
            shutil.rmtree(path)
        elif not path.is_dir():
            path.unlink()


def _idle(folder: Folder, minutes: float) -> bool:
    """Nobody holds the stack in use, and nobody has for so long."""
    path = folder.run / "users.lock"
    last_used = path.stat().st_mtime if path.exists() else time.time()
    return time.time() - last_used > minutes * 60 and not is_in_use(folder)
