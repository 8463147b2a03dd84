"""A house of its own for the walk: a fresh folder, free ports, stopped afterwards."""

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from clinicity.demo.smoke.walk import Walk, Wrong
from clinicity.environment import ROOT

FOLDER = ROOT / "var" / "smoke"
START_PATIENCE = 240.0
STOP_PATIENCE = 60.0


@contextmanager
def house() -> Iterator[Walk]:
    """Start a demo from nothing and hand out its doors."""
    reset()
    FOLDER.mkdir(parents=True)
    # Names on the terminal are no part of the house.
    said = FOLDER.with_suffix(".log")
    with said.open("wb") as log:
        process = subprocess.Popen(
            stack("demo"), cwd=ROOT, env=environment(), stdout=log, stderr=log
        )
    try:
        yield Walk(_address(process, said), FOLDER, _password())
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(STOP_PATIENCE)


def reset() -> None:
    """Stop and throw away what an earlier walk left."""
    if FOLDER.exists():
        subprocess.run(
            stack("stop"), cwd=ROOT, env=environment(), check=False, stdout=subprocess.DEVNULL
        )
        shutil.rmtree(FOLDER)


def stack(*words: str) -> list[str]:
    return [sys.executable, "-m", "clinicity.stack", *words]


def environment() -> dict[str, str]:
    return {**os.environ, "CLINICITY_VAR": str(FOLDER), "PORT": str(_free_port())}


def _address(process: "subprocess.Popen[bytes]", said: Path) -> str:
    """Where the web server listens, once it does."""
    file = FOLDER / "run" / "web.url"
    deadline = time.monotonic() + START_PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        if file.exists() and file.read_text().strip():
            return file.read_text().strip()
        time.sleep(0.1)
    raise Wrong(f"The demo didn't start:\n{said.read_text()[-3000:]}")


def _password() -> str:
    return (FOLDER / "demo.env").read_text().strip().partition("=")[2]


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
