"""The whole demo, as `make demo` runs it: started, wounded, stopped, started again."""

import os
import signal
import subprocess
import sys
import time
import urllib.request

import pytest

from clinicity.environment import ROOT
from clinicity.stack import control, demo, ports, processes
from clinicity.stack.folder import Folder

pytestmark = pytest.mark.slow
PATIENCE = 400
LAST_LINE = "Ctrl-C stops everything."


class Demo:
    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        environment = {
            "PATH": os.environ["PATH"],
            "CLINICITY_VAR": str(folder.root),
            "PORT": str(ports.next_free(18000)),
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "clinicity.stack", "demo"],
            cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip

    def lines(self) -> list[str]:
        """What it says until it is up."""
        told = []
        for line in self.process.stdout or ():
            told.append(line.strip())
            if told[-1] == LAST_LINE:
                return told
        raise AssertionError("\n".join(told))

    def get(self, path: str) -> int:
        place = demo.url_file(self.folder).read_text().strip()
        with urllib.request.urlopen(place + path, timeout=30) as answer:
            return int(answer.status)

    def pid(self, name: str) -> int | None:
        return processes.living_pid(self.folder.run / f"{name}.pid")

    def interrupt(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=90)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = Folder(tmp_path_factory.mktemp("demo") / "var")
    yield folder
    control.reset(folder)


def test_start_wound_stop_and_start_again(folder):
    first = Demo(folder)
    told = first.lines()
    assert any(line.startswith("Sign in with") for line in told)
    assert first.get("/health/live") == 200
    worker = first.pid("fast")
    assert worker
    os.kill(worker, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while first.pid("fast") in (None, worker):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    first.interrupt()
    assert not any(
        first.pid(n) for n in ("postgres", "valkey", "milvus", "web", "fast", "beat")
    )
    again = Demo(folder)
    assert not any("Samplewood" in line for line in again.lines())
    assert again.get("/health/ready") == 200
    again.interrupt()
