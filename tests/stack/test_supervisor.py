"""The supervisor under kill -9: a stack of its own, really started and really killed."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from clinicity.environment import ROOT
from clinicity.stack import control, embedded, processes
from clinicity.stack.folder import Folder

PATIENCE = 20.0
# Milvus takes seconds to load, and a real one is named instead: it isn't started.
REAL_MILVUS = "http://milvus.example:19530"


class Stack:
    """A stack in a folder of its own, worked from outside as an operator would."""

    def __init__(self, folder: Folder) -> None:
        self.folder = folder
        self.env = {
            "PATH": os.environ["PATH"],
            "CLINICITY_VAR": str(folder.root),
            "ENVIRONMENT": "test",
            "MILVUS_URI": REAL_MILVUS,
        }

    def do(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "clinicity.stack", *words],
            cwd=ROOT, env=self.env, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def begin(self) -> "subprocess.Popen[str]":
        """Run the supervisor in the foreground, without waiting for it."""
        command = [sys.executable, "-m", "clinicity.stack", "run"]
        return subprocess.Popen(
            command, cwd=ROOT, env=self.env, text=True, stdout=subprocess.PIPE
        )

    def pid(self, name: str) -> int:
        pid = processes.living_pid(self.folder.run / f"{name}.pid")
        assert pid, f"{name} doesn't run"
        return pid

    def port(self, name: str) -> int:
        return next(s.port for s in embedded.announced(self.folder) if s.name == name)

    def owner(self) -> "psycopg.Connection[tuple[object, ...]]":
        return psycopg.connect(self.folder.remembered()["DATABASE_OWNER_URL"])

    def valkey(self) -> "redis.Redis":
        return redis.Redis.from_url(self.folder.remembered()["REDIS_URL"])

    def await_ready(self) -> None:
        deadline = time.monotonic() + PATIENCE
        while not all(service.ready for service in control.standing(self.folder)):
            assert time.monotonic() < deadline, self.do("logs").stdout
            time.sleep(0.1)


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Folder:
    return Folder(tmp_path_factory.mktemp("stack") / "var")


@pytest.fixture
def stack(folder) -> Stack:
    """Running when a test begins, however the one before left it."""
    stack = Stack(folder)
    if not control.is_ready(folder):
        outcome = stack.do("start")
        assert outcome.returncode == 0, outcome.stderr
    stack.await_ready()
    return stack


@pytest.fixture(scope="module", autouse=True)
def _nothing_stays(folder) -> Iterator[None]:
    yield
    control.reset(folder)


def _listeners() -> Iterator[tuple[str, int]]:
    """Every listening TCP socket of this machine, as the kernel lists them."""
    for table, family in (("tcp", socket.AF_INET), ("tcp6", socket.AF_INET6)):
        for line in Path(f"/proc/net/{table}").read_text().splitlines()[1:]:
            fields = line.split()
            host, port = fields[1].split(":")
            if fields[3] == "0A":
                words = [bytes.fromhex(host[i : i + 8])[::-1] for i in range(0, len(host), 8)]
                yield socket.inet_ntop(family, b"".join(words)), int(port, 16)


def _kill(pid: int) -> None:
    os.kill(pid, signal.SIGKILL)
    assert processes.wait_gone(pid, seconds=5)


def test_only_the_owner_reads_passwords(stack):
    for path in (stack.folder.secrets_file, stack.folder.stack_file):
        assert path.stat().st_mode & 0o777 == 0o600


def test_servers_listen_on_the_loopback_address_only(stack):
    ports = {stack.port("postgres"), stack.port("valkey")}
    found = {(address, port) for address, port in _listeners() if port in ports}
    assert found == {("127.0.0.1", port) for port in ports}


def test_a_server_wants_its_password(stack):
    with socket.create_connection(("127.0.0.1", stack.port("valkey"))) as stranger:
        stranger.sendall(b"PING\r\n")
        assert stranger.recv(100).startswith(b"-NOAUTH")
    with pytest.raises(psycopg.OperationalError, match="password"):
        psycopg.connect(
            f"postgres://clinicity_app:x@127.0.0.1:{stack.port('postgres')}/clinicity"
        )


def test_a_real_server_replaces_one_alone(stack):
    assert [service.name for service in control.standing(stack.folder)] == [
        "postgres",
        "valkey",
    ]
    assert "MILVUS_URI" not in stack.folder.remembered()


def test_a_second_start_changes_nothing(stack):
    pid = stack.pid("postgres")
    assert stack.do("start").returncode == 0
    assert stack.pid("postgres") == pid


def test_postgres_comes_back_with_what_was_committed(stack):
    with stack.owner() as connection:
        connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
    before = stack.pid("postgres")
    _kill(before)
    stack.await_ready()
    assert stack.pid("postgres") != before
    with stack.owner() as connection:
        assert connection.execute("SELECT one FROM kept").fetchone() == (1,)
        connection.execute("DROP TABLE kept")


def test_valkey_comes_back_with_what_was_written(stack):
    stack.valkey().set("kept", "yes")
    _kill(stack.pid("valkey"))
    stack.await_ready()
    assert stack.valkey().get("kept") == b"yes"


def test_a_start_after_a_killed_supervisor_takes_over(stack):
    orphan, ports = stack.pid("postgres"), [stack.port("postgres"), stack.port("valkey")]
    _kill(stack.pid("supervisor"))
    assert stack.do("start").returncode == 0
    assert not processes.born(orphan)
    assert [stack.port("postgres"), stack.port("valkey")] == ports


def test_a_start_after_everything_was_killed(stack):
    pids = [stack.pid(name) for name in ("supervisor", "postgres", "valkey")]
    for pid in pids:
        _kill(pid)
    assert stack.do("start").returncode == 0
    stack.await_ready()


def test_stop_ends_what_a_killed_supervisor_left(stack):
    pids = [stack.pid(name) for name in ("postgres", "valkey")]
    _kill(stack.pid("supervisor"))
    assert "stopped" in stack.do("stop").stdout
    assert not any(processes.born(pid) for pid in pids)
    assert "nothing was running" in stack.do("stop").stdout


def test_a_taken_port_gives_way_to_another(stack):
    port = stack.port("valkey")
    stack.do("stop")
    with socket.socket() as squatter:
        squatter.bind(("127.0.0.1", port))
        squatter.listen()
        assert stack.do("start").returncode == 0
        assert stack.port("valkey") != port


@pytest.mark.parametrize("seconds", [0.3, 0.9, 1.5])
def test_it_stops_cleanly_in_any_state(stack, seconds):
    stack.do("stop")
    supervisor = stack.begin()
    time.sleep(seconds)
    _interrupt(supervisor)
    for name in ("supervisor", "postgres", "valkey"):
        assert processes.living_pid(stack.folder.run / f"{name}.pid") is None


def _interrupt(supervisor: "subprocess.Popen[str]") -> None:
    """Press Ctrl-C. While Python still imports, the first press can be swallowed."""
    for _ in range(4):
        supervisor.send_signal(signal.SIGINT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            supervisor.communicate(timeout=PATIENCE)
            return
    supervisor.kill()
    supervisor.communicate()
    pytest.fail("The supervisor doesn't stop.")


def test_two_supervisors_dont_share_a_folder(stack):
    outcome = stack.do("run")
    assert outcome.returncode == 1
    assert "already holds" in outcome.stderr


def test_a_pid_that_belongs_to_another_process_is_left_alone(tmp_path):
    with subprocess.Popen(["sleep", "60"]) as sleeper:
        path = tmp_path / "service.pid"
        path.write_text(f"{sleeper.pid}\nsome other time\n")
        assert processes.living_pid(path) is None
        processes.write_pid(path, sleeper.pid)
        assert processes.living_pid(path) == sleeper.pid
        sleeper.kill()
