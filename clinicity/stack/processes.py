"""Child processes that can be found again after their parent was killed.

A pid file holds the pid and the moment that process began, as the kernel tells it,
so that a number which now belongs to somebody else is never signalled.
"""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

LINUX = sys.platform == "linux"


@dataclass(frozen=True)
class Command:
    """What to execute, as whom, and how it wants to be asked to stop."""

    argv: Sequence[str]
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None
    uid: int | None = None
    gid: int | None = None
    stop_signal: int = signal.SIGTERM
    nice: int = 0


def spawn(command: Command, *, log: IO[bytes] | int) -> subprocess.Popen[bytes]:
    """Start a process in a session of its own: Ctrl-C reaches only the supervisor."""
    argv = [*(["nice", "-n", str(command.nice)] if command.nice else []), *command.argv]
    return subprocess.Popen(
        argv,
        env={**os.environ, **command.env},
        cwd=command.cwd,
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        user=command.uid,
        group=command.gid,
        extra_groups=[] if command.uid is not None else None,
    )


def born(pid: int) -> str:
    """When the process began, or an empty string when it is gone (or a zombie)."""
    if LINUX:
        return _born_by_kernel(pid)
    return _born_by_ps(pid)


def _born_by_kernel(pid: int) -> str:
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except (FileNotFoundError, ProcessLookupError):
        return ""
    # The second field is the name in brackets, and may hold anything.
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] in "ZX" else fields[19]


def _born_by_ps(pid: int) -> str:
    command = ["ps", "-o", "stat=,lstart=", "-p", str(pid)]
    answer = subprocess.run(command, capture_output=True, text=True, check=False)
    state, _, started = answer.stdout.strip().partition(" ")
    return "" if state.startswith("Z") else started.strip()


def write_pid(path: Path, pid: int) -> None:
    path.write_text(f"{pid}\n{born(pid)}\n")


def living_pid(path: Path) -> int | None:
    """The pid in the file, if that same process still runs."""
    try:
        number, started = path.read_text().split("\n")[:2]
        pid = int(number)
    except (FileNotFoundError, ValueError):
        return None
    return pid if started and born(pid) == started else None


def stop(pid: int, *, stop_signal: int, patience: float) -> None:
    """Ask the process to stop; after `patience` seconds kill its whole group."""
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, stop_signal)
        if not wait_gone(pid, seconds=patience):
            kill_group(pid)
            wait_gone(pid, seconds=5)


def kill_group(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def wait_gone(pid: int, *, seconds: float) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not born(pid):
            return True
        time.sleep(0.05)
    return not born(pid)
