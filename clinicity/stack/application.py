"""Clinicity's own processes: the web server, two workers and the clock."""

import http.client
import sys
from typing import ClassVar

from clinicity.environment import ROOT
from clinicity.stack.folder import Folder
from clinicity.stack.ports import LOOPBACK
from clinicity.stack.processes import Command
from clinicity.stack.services import Service

CELERY = (sys.executable, "-m", "celery", "-A", "clinicity.celery")
POLITE = 10


class Program(Service):
    """A Python process of this checkout, on this folder's stack."""

    def program(self) -> tuple[str, ...]:
        raise NotImplementedError

    nice: ClassVar[int] = 0

    def command(self) -> Command:
        env = {"CLINICITY_VAR": str(self.folder.root), "PYTHONUNBUFFERED": "1"}
        return Command(argv=self.program(), env=env, cwd=ROOT, nice=self.nice)


class Web(Program):
    name: ClassVar[str] = "web"
    patience: ClassVar[float] = 60

    def program(self) -> tuple[str, ...]:
        return (
            sys.executable, "-m", "uvicorn", "clinicity.asgi:application",
            "--host", LOOPBACK, "--port", str(self.port), "--no-access-log", "--lifespan", "off",
            # Open streams and sockets are cut; a client comes back by itself.
            "--timeout-graceful-shutdown", "3",
        )  # fmt: skip

    def is_ready(self) -> bool:
        connection = http.client.HTTPConnection(LOOPBACK, self.port, timeout=5)
        try:
            connection.request("GET", "/health/live")
            return connection.getresponse().status == http.HTTPStatus.OK
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()


class Background(Program):
    """A process that listens nowhere: its heartbeat is seen at `/health/ready`."""

    def __init__(self, folder: Folder) -> None:
        super().__init__(folder, port=0)

    def is_ready(self) -> bool:
        return True


class FastWorker(Background):
    """Alerts, turns and messages."""

    name: ClassVar[str] = "fast"

    def program(self) -> tuple[str, ...]:
        return (*CELERY, "worker", "-Q", "fast", "-n", "fast@%h", "--concurrency", "2")


class HeavyWorker(Background):
    """OCR, inference, training and imports."""

    name: ClassVar[str] = "heavy"
    nice: ClassVar[int] = POLITE

    def program(self) -> tuple[str, ...]:
        return (*CELERY, "worker", "-Q", "heavy", "-n", "heavy@%h", "--concurrency", "1")


class Beat(Background):
    """Sends the regular tasks. It keeps no state that matters between starts."""

    name: ClassVar[str] = "beat"

    def program(self) -> tuple[str, ...]:
        schedule = self.folder.run / "beat-schedule"
        return (*CELERY, "beat", "--schedule", str(schedule), "--pidfile=")

    def prepare(self) -> None:
        for path in self.folder.run.glob("beat-schedule*"):
            path.unlink()  # a kill -9 may have left it half written


BACKGROUND: tuple[type[Background], ...] = (FastWorker, HeavyWorker, Beat)
