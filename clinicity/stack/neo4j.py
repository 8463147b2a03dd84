"""A real Neo4j 5 without Docker: its Maven artifacts in one folder, under Java 17."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import ClassVar

from clinicity.stack import ports, processes
from clinicity.stack.folder import Folder
from clinicity.stack.processes import Command
from clinicity.stack.services import Server, StackError
from clinicity.stack.supervisor import Keeper

Tell = Callable[[str], None]

VERSION = "5.26.0"
ARTIFACTS = ("org.neo4j.app:neo4j-server", "org.neo4j:neo4j-bolt", "org.neo4j:neo4j")
NEEDED = {"java": "default-jre-headless", "mvn": "maven"}
OPENED = ("java.nio", "java.io", "sun.nio.ch", "java.util.concurrent")
USER = "neo4j"
PASSWORD_NAME = "NEO4J_PASSWORD"  # noqa: S105 (the name, not the password)
DEPENDENCY = """\
    <dependency>
      <groupId>{group}</groupId><artifactId>{artifact}</artifactId><version>{version}</version>
    </dependency>
"""
POM = """\
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <modelVersion>4.0.0</modelVersion>
  <groupId>clinicity</groupId><artifactId>neo4j</artifactId><version>1</version>
  <packaging>pom</packaging>
  <dependencies>
{dependencies}  </dependencies>
</project>
"""
CONFIGURATION = """\
server.default_listen_address={host}
server.bolt.listen_address={host}:{port}
server.http.enabled=false
server.https.enabled=false
server.memory.heap.initial_size=256m
server.memory.heap.max_size=512m
server.memory.pagecache.size=128m
dbms.usage_report.enabled=false
"""


class Neo4j(Server):
    name: ClassVar[str] = "neo4j"
    patience: ClassVar[float] = 120
    replaced_by: ClassVar[tuple[str, ...]] = ("NEO4J_URI",)

    @property
    def home(self) -> Path:
        return self.folder.root / "neo4j"

    @property
    def libraries(self) -> Path:
        return self.home / f"lib-{VERSION}"

    def prepare(self) -> None:
        (self.home / "conf").mkdir(mode=0o700, parents=True, exist_ok=True)
        text = CONFIGURATION.format(host=ports.LOOPBACK, port=self.port)
        (self.home / "conf" / "neo4j.conf").write_text(text)

    def command(self) -> Command:
        opened = [f"--add-opens=java.base/{package}=ALL-UNNAMED" for package in OPENED]
        return Command(
            argv=[
                "java", *opened, "-Xmx512m", "-cp", f"{self.libraries}/*",
                "org.neo4j.server.CommunityEntryPoint",
                f"--home-dir={self.home}", f"--config-dir={self.home / 'conf'}",
            ],
            cwd=self.home,
        )  # fmt: skip

    def is_ready(self) -> bool:
        return ports.answers(self.port)

    def settings(self) -> dict[str, str]:
        return {
            "NEO4J_URI": f"bolt://{ports.LOOPBACK}:{self.port}",
            "NEO4J_USER": USER,
            PASSWORD_NAME: self.folder.secrets[PASSWORD_NAME],
        }


def missing_programs() -> dict[str, str]:
    """Programs that this needs and the machine lacks, each with its Debian package."""
    return {name: package for name, package in NEEDED.items() if not shutil.which(name)}


def start(folder: Folder, *, tell: Tell) -> None:
    """Fetch once, start in the background, and say how to use it."""
    server = _server(folder)
    if _pid(folder):
        tell(f"runs already at {server.settings()['NEO4J_URI']}")
        return
    fetch(server, tell=tell)
    server.prepare()
    _set_password(server)
    keeper = Keeper(server)
    keeper.start()
    keeper.await_ready(time.sleep)
    keeper.detach()
    for name, value in server.settings().items():
        tell(f"{name}={value}")


def stop(folder: Folder) -> bool:
    """Stop it. False when none was running."""
    pid = _pid(folder)
    if pid:
        processes.stop(pid, stop_signal=signal.SIGTERM, patience=Neo4j.patience)
        (folder.run / f"{Neo4j.name}.pid").unlink(missing_ok=True)
    return bool(pid)


def running(folder: Folder) -> dict[str, str]:
    """The settings of the one that runs; empty when none does."""
    return _server(folder).settings() if _pid(folder) else {}


def fetch(server: Neo4j, *, tell: Tell) -> None:
    """Let Maven resolve the artifacts and copy them into one folder."""
    if server.libraries.exists():
        return
    missing = missing_programs()
    if missing:
        raise StackError(
            f"Neo4j needs {' and '.join(missing)}: install {' and '.join(missing.values())}."
        )
    tell("fetching Neo4j from Maven's repository (about 150 MB) …")
    server.home.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = server.libraries.with_name("lib-being-fetched")
    shutil.rmtree(fresh, ignore_errors=True)
    (server.home / "pom.xml").write_text(_pom())
    subprocess.run(
        ["mvn", "--batch-mode", "--quiet", "--file", server.home / "pom.xml",
         "dependency:copy-dependencies", f"-DoutputDirectory={fresh}"],
        check=True,
    )  # fmt: skip
    fresh.rename(server.libraries)


def _server(folder: Folder) -> Neo4j:
    """On the port it had before, as long as it runs or that is free."""
    path = folder.root / "neo4j" / "port"
    remembered = int(path.read_text()) if path.exists() else None
    port = remembered if remembered and _pid(folder) else ports.choose(remembered)
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.write_text(str(port))
    return Neo4j(folder, port)


def _pid(folder: Folder) -> int | None:
    return processes.living_pid(folder.run / f"{Neo4j.name}.pid")


def _set_password(server: Neo4j) -> None:
    """Before the first start only: afterwards the database knows it."""
    if (server.home / "data" / "dbms").exists():
        return
    secret = server.folder.secrets[PASSWORD_NAME]
    subprocess.run(
        ["java", "-cp", f"{server.libraries}/*", "org.neo4j.server.startup.Neo4jAdminCommand",
         "dbms", "set-initial-password", secret],
        env={**os.environ, "NEO4J_HOME": str(server.home), "NEO4J_CONF": str(server.home / "conf")},
        check=True,
        stdout=subprocess.DEVNULL,
    )  # fmt: skip


def _pom() -> str:
    parts = (artifact.split(":") for artifact in ARTIFACTS)
    dependencies = "".join(
        DEPENDENCY.format(group=group, artifact=name, version=VERSION) for group, name in parts
    )
    return POM.format(dependencies=dependencies)
