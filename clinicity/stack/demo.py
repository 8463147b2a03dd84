"""`make demo`: everything on one machine, in the foreground, until Ctrl-C."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from clinicity.environment import ROOT
from clinicity.stack import control, ports, prepared, processes
from clinicity.stack.application import BACKGROUND, Web
from clinicity.stack.folder import Folder
from clinicity.stack.ports import LOOPBACK
from clinicity.stack.services import StackError
from clinicity.stack.supervisor import Stopped, Supervisor

Tell = Callable[[str], None]

WANTED_PORT = 8000
# From this line on, what `load_demo` says is for the end, when the page can be opened.
SIGN_IN = "Sign in with"


def run(folder: Folder, *, tell: Tell) -> None:
    began = time.monotonic()
    supervisor = Supervisor(folder, tell=tell)
    take_over(folder, tell)
    try:
        with supervisor.holding(), announcing(folder):
            sign_in = start(supervisor)
            tell(f"started in {time.monotonic() - began:.1f} s; logs are in {folder.log}")
            greet(folder, sign_in, tell)
            supervisor.watch()
    except Stopped:
        tell("stopped; the data stays. `make demo` goes on, `make demo-reset` starts over")


@contextmanager
def announcing(folder: Folder) -> Iterator[None]:
    """Where the page is, for whoever starts a second demo on the same folder."""
    url_file(folder).unlink(missing_ok=True)
    try:
        yield
    finally:
        url_file(folder).unlink(missing_ok=True)


def start(supervisor: Supervisor) -> list[str]:
    """Start everything in order; returns the lines that say how to sign in."""
    folder = supervisor.folder
    servers = control.servers_of(supervisor)
    web = Web(folder, choose_port(supervisor.tell))
    sign_in = prepared.recall(folder)
    if sign_in:
        supervisor.start_all([*servers, web])
    else:
        supervisor.start_all(servers)
        supervisor.tell("preparing the database and the simulated clinic …")
        sign_in = prepare_data(supervisor)
        prepared.note(folder, sign_in)
        supervisor.start_all([web])
    # These load while the first page is being looked at.
    supervisor.start_all([kind(folder) for kind in BACKGROUND])
    url_file(folder).write_text(f"http://{LOOPBACK}:{web.port}\n")
    return sign_in


def take_over(folder: Folder, tell: Tell) -> None:
    """A stack that runs in the background gives way; another demo doesn't."""
    if not control.supervisor_pid(folder):
        return
    if url_file(folder).exists():
        place = url_file(folder).read_text().strip()
        raise StackError(f"Clinicity runs already at {place}: open it, or stop that first.")
    tell("the stack ran in the background: taking over …")
    control.stop(folder)


def url_file(folder: Folder) -> Path:
    return folder.run / "web.url"


def choose_port(tell: Tell) -> int:
    wanted = int(os.environ.get("PORT", WANTED_PORT))
    port = ports.next_free(wanted)
    if port != wanted:
        tell(f"port {wanted} is taken by another program: using {port}")
    return port


def prepare_data(supervisor: Supervisor) -> list[str]:
    """Migrate and load, telling each line as it comes."""
    command = processes.Command(
        argv=[sys.executable, "-u", "manage.py", "prepare_demo"],
        env={"CLINICITY_VAR": str(supervisor.folder.root)},
        cwd=ROOT,
    )
    said: list[str] = []
    process = processes.spawn(command, log=subprocess.PIPE)
    try:
        for line in supervisor.lines_of(process):
            said.append(line.strip())
            if not any(text.startswith(SIGN_IN) for text in said):
                supervisor.tell(line.strip())
    finally:
        processes.kill_group(process.pid)
        code = process.wait()
    if code:
        raise StackError("The database could not be prepared: " + "\n".join(said[-15:]))
    first = next((i for i, text in enumerate(said) if text.startswith(SIGN_IN)), len(said))
    return said[first:]


def greet(folder: Folder, sign_in: list[str], tell: Tell) -> None:
    tell("")
    tell(f"Clinicity is at {url_file(folder).read_text().strip()}")
    for line in sign_in:
        tell(line)
    tell("Ctrl-C stops everything.")
