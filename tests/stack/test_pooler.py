"""Row security behind a pooler: clients that take turns on one connection of the server.

A real PgBouncer in transaction mode, with a pool of one: what a transaction left behind on
the connection, the next client would find.
"""

import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from django.db.utils import DataError, ProgrammingError

from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.common.actors import Actor
from patients.models import Patient
from patients.services import patient_create

PGBOUNCER = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
pytestmark = [
    pytest.mark.usefixtures("real_transactions"),
    pytest.mark.skipif(PGBOUNCER is None, reason="install pgbouncer (`make tools`)"),
]
CONFIG = """
[databases]
{NAME} = host={HOST} port={PORT} dbname={NAME} user={USER} password='{PASSWORD}'
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
auth_type = any
pool_mode = transaction
default_pool_size = 1
server_reset_query =
ignore_startup_parameters = extra_float_digits,options
unix_socket_dir =
"""


@pytest.fixture
def pooler() -> Iterator[int]:
    """The port of a PgBouncer in front of this test's own database."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    folder = Path(tempfile.mkdtemp())
    (folder / "pgbouncer.ini").write_text(
        CONFIG.format(**connections["default"].settings_dict, port=port)
    )
    as_user = {"user": "nobody", "group": "nogroup"} if os.geteuid() == 0 else {}
    if as_user:  # PgBouncer refuses to be root
        shutil.chown(folder, "nobody")
        shutil.chown(folder / "pgbouncer.ini", "nobody")
    process = subprocess.Popen(
        [str(PGBOUNCER), "-q", str(folder / "pgbouncer.ini")],
        stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, **as_user,
    )  # fmt: skip
    try:
        _wait_for(port, process)
        yield port
    finally:
        process.terminate()
        process.communicate(timeout=10)
        shutil.rmtree(folder)


def _wait_for(port: int, process: Any) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert process.poll() is None, process.stderr.read().decode()
        time.sleep(0.05)
    pytest.fail("PgBouncer didn't open its port.")


def through(port: int) -> None:
    """Send this thread's queries through the pooler."""
    wrapper = connections.create_connection("default")
    wrapper.settings_dict = {**wrapper.settings_dict, "HOST": "127.0.0.1", "PORT": port}
    wrapper.settings_dict["OPTIONS"] = {"prepare_threshold": None}
    connections["default"] = wrapper


def names_seen(port: int, actor: Actor | None, times: int) -> set[str]:
    """The first names that an actor's transactions saw; nobody's must raise each time."""
    through(port)
    seen: set[str] = set()
    try:
        for _ in range(times):
            if actor is None:
                with pytest.raises((DataError, ProgrammingError)):
                    list(Patient.objects.values_list("id"))
                continue
            with acting_as(actor):
                seen |= {patient.first_name for patient in Patient.objects.all()}
        return seen
    finally:
        connections.close_all()


def test_clients_on_one_connection_see_their_own_patients_alone(
    pooler: int, alice: User, charlie: User
) -> None:
    for user, name in ((alice, "Anna"), (charlie, "Carl")):
        patient_create(
            by=user.actor, first_name=name, last_name="Own", date_of_birth=date(1980, 1, 1)
        )
    actors = [alice.actor, charlie.actor, None] * 3
    with ThreadPoolExecutor(len(actors)) as threads:
        found = list(threads.map(lambda actor: names_seen(pooler, actor, 40), actors))
    assert found == [{"Anna"}, {"Carl"}, set()] * 3
