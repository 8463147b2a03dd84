"""Milvus Lite as a server. It binds to every address unless it is told not to."""

import sys
from typing import ClassVar

from clinicity.stack import ports
from clinicity.stack.processes import Command
from clinicity.stack.services import Server


class Milvus(Server):
    name: ClassVar[str] = "milvus"
    replaced_by: ClassVar[tuple[str, ...]] = ("MILVUS_URI", "MILVUS_HOST")

    def prepare(self) -> None:
        (self.folder.root / "milvus").mkdir(mode=0o700, exist_ok=True)

    def command(self) -> Command:
        data = self.folder.root / "milvus"
        return Command(
            argv=[
                sys.executable, "-m", "milvus_lite", "server", "--data-dir", str(data),
                "--host", ports.LOOPBACK, "--port", str(self.port),
            ]
        )  # fmt: skip

    def is_ready(self) -> bool:
        return ports.answers(self.port)

    def settings(self) -> dict[str, str]:
        return {"MILVUS_URI": f"http://{ports.LOOPBACK}:{self.port}"}
