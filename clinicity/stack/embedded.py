"""Which servers are embedded here: those that no setting replaces by a real one."""

import os

from clinicity.environment import ROOT
from clinicity.stack import envfile, ports
from clinicity.stack.folder import Folder
from clinicity.stack.milvus import Milvus
from clinicity.stack.postgres import Postgres
from clinicity.stack.services import Server
from clinicity.stack.valkey import Valkey

# In the order in which they start.
SERVERS: tuple[type[Server], ...] = (Postgres, Valkey, Milvus)


def servers(folder: Folder) -> list[Server]:
    """The embedded servers, each on the port it had before if that is still free."""
    before = folder.remembered()
    chosen: list[Server] = []
    for kind in SERVERS:
        if not replaced(kind, before):
            remembered = before.get(_port_name(kind), "")
            chosen.append(kind(folder, ports.choose(int(remembered) if remembered else None)))
    return chosen


def announce(folder: Folder, chosen: list[Server]) -> None:
    """Write `stack.env`, from which every process of this folder reads its settings."""
    values: dict[str, str] = {}
    for server in chosen:
        values |= {_port_name(type(server)): str(server.port)} | server.settings()
    folder.remember(values)


def announced(folder: Folder) -> list[Server]:
    """The embedded servers as they were last announced."""
    values = folder.remembered()
    return [
        kind(folder, int(values[_port_name(kind)]))
        for kind in SERVERS
        if _port_name(kind) in values
    ]


def replaced(kind: type[Server], announced_before: dict[str, str]) -> bool:
    """Whether the process environment or `.env` names a server of its own.

    A child of this stack inherits what `stack.env` said; that doesn't count.
    """
    own = dict(os.environ)
    if os.environ.get("ENVIRONMENT") != "test":
        own = envfile.read(ROOT / ".env") | own
    return any(
        own.get(name, "") not in ("", announced_before.get(name)) for name in kind.replaced_by
    )


def _port_name(kind: type[Server]) -> str:
    return f"EMBEDDED_{kind.name.upper()}_PORT"
