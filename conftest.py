"""The suite's ground: the embedded stack, a database of one's own, the cast of three.

This module is loaded before Django: it starts the stack and points the environment at
this process's corner of it, and only then names the settings.
"""

import atexit
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from typing import Any, Protocol

import django
import pytest

from clinicity.stack import testing

KEEP = ExitStack()
FOLDER = testing.test_folder()
SLOT = testing.take_slot(FOLDER, KEEP)
KEEP.callback(SLOT.clear)
atexit.register(KEEP.close)
os.environ |= SLOT.environment() | {
    "CLINICITY_VAR": str(FOLDER.root),
    "ENVIRONMENT": "test",
    "DJANGO_SETTINGS_MODULE": "clinicity.settings.test",
}
django.setup()
# A parallel worker inherits this environment. Were the module named there, pytest-django
# would load it before the worker has taken a slot of its own.
del os.environ["DJANGO_SETTINGS_MODULE"]

from django.core.management import call_command
from django.db import connections
from django.test import Client
from rest_framework.test import APIClient

from clinicity.accounts import tokens
from clinicity.accounts.models import User
from clinicity.accounts.services import user_create
from clinicity.common import events, jobs
from clinicity.common.actors import SYSTEM, Role
from clinicity.common.models import Job
from clinicity.privacy import keyring
from patients.models import Patient
from patients.services.people import patient_create
from patients.services.team import care_team_member_add

PASSWORD = "correct horse battery staple"


class DrainJobs(Protocol):
    def __call__(self, *, failing: bool = False) -> list[str]: ...


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """Give this process its database; pytest-django's own can't know our three roles."""
    _database_fresh(django_db_blocker)
    yield
    _close_connections()


@pytest.fixture
def real_transactions(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A test whose commits are real, on every connection. The database is made anew after."""
    with django_db_blocker.unblock():
        yield
    _database_fresh(django_db_blocker)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> None:
    """The database as the test wants it: committing, or inside an outer transaction."""
    real = "real_transactions" in request.fixturenames
    request.getfixturevalue("real_transactions" if real else "db")


@pytest.fixture
def password() -> str:
    """The password of everyone in the cast."""
    return PASSWORD


@pytest.fixture
def alice(database: None) -> User:
    """A clinician who treats `patient`."""
    return _person("Alice Archer", "alice@clinic.example", "clinician")


@pytest.fixture
def bob(database: None, patient: Patient, alice: User) -> User:
    """A clinician who covers for Alice: on the same care team."""
    bob = _person("Bob Baker", "bob@clinic.example", "clinician")
    care_team_member_add(by=alice.actor, patient_id=patient.id, user_id=bob.id, part="covers")
    return bob


@pytest.fixture
def charlie(database: None) -> User:
    """A clinician without access to `patient`."""
    return _person("Charlie Cole", "charlie@clinic.example", "clinician")


@pytest.fixture
def admin(database: None) -> User:
    return _person("Ada Admin", "admin@clinic.example", "admin")


@pytest.fixture
def auditor(database: None) -> User:
    return _person("Olga Auditor", "auditor@clinic.example", "auditor")


@pytest.fixture
def patient(alice: User) -> Patient:
    """A simulated person under Alice's care."""
    return patient_create(
        by=alice.actor, first_name="Zoë", last_name="Tester", date_of_birth=date(1985, 7, 20)
    )


@pytest.fixture
def api() -> Callable[[User | None], APIClient]:
    """`api(user)`: an API client that carries the user's own access token."""

    def client(user: User | None = None) -> APIClient:
        client = APIClient()
        if user:
            client.credentials(HTTP_AUTHORIZATION=f"Bearer {tokens.pair_issue(user).access}")
        return client

    return client


@pytest.fixture
def client_for() -> Callable[[User | None], Client]:
    """`client_for(user)`: a browser's client, signed in."""

    def client(user: User | None = None) -> Client:
        client = Client()
        if user:
            client.force_login(user)
        return client

    return client


@pytest.fixture
def drain_jobs(database: None) -> DrainJobs:
    """Run every waiting event and job here and now, until none is left."""

    def drain(*, failing: bool = False) -> list[str]:
        """Names of the jobs run; unless `failing` is expected, a failed one is an error."""
        ran: list[str] = []
        while waiting := _waiting():
            for job in waiting:
                jobs.run(job.id)
                ran.append(job.name)
                job.refresh_from_db()
                assert failing or job.state == Job.State.DONE, f"{job.name}: {job.error}"
        return ran

    return drain


def _person(name: str, email: str, role: str) -> User:
    return user_create(
        by=SYSTEM, email=email, password=PASSWORD, display_name=name, role=Role(role)
    )


def _waiting() -> list[Job]:
    for event_id in events.waiting():
        events.dispatch(event_id)
    return jobs.waiting()


def _database_fresh(blocker: Any) -> None:
    with blocker.unblock():
        _close_connections()
        SLOT.database_fresh(migrate=_migrate)


def _migrate() -> None:
    call_command("migrate", database="owner", verbosity=0)
    call_command("ensure_services")
    _close_connections()


def _close_connections() -> None:
    connections.close_all()
    keyring.forget()
