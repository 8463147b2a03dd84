"""The suite's own ground: roles, databases, network."""

import socket

import pytest
from django.db import connection, connections
from pytest_socket import SocketConnectBlockedError

from clinicity.common import events
from clinicity.common.models import OutboxEvent


def _current_role(alias: str) -> str:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT current_user")
        return str(cursor.fetchone()[0])


def test_the_suite_runs_as_the_app_role(db):
    assert _current_role("default") == "clinicity_app"


def test_each_connection_has_its_role(real_transactions):
    roles = {alias: _current_role(alias) for alias in ("default", "owner", "sealer")}
    assert roles == {
        "default": "clinicity_app",
        "owner": "clinicity_owner",
        "sealer": "clinicity_sealer",
    }


@pytest.mark.parametrize("turn", [1, 2])
def test_real_commits_are_gone_in_the_next_test(real_transactions, turn):
    assert not OutboxEvent.objects.exists()
    OutboxEvent.objects.create(name="alerts.raised")
    assert not connection.in_atomic_block


def test_the_cast_and_its_patient(alice, bob, charlie, patient):
    assert {alice.role, bob.role, charlie.role} == {"clinician"}
    assert patient.simulated


def test_the_cast_commits_where_the_test_does(real_transactions, alice, patient):
    assert not connection.in_atomic_block
    assert patient.id


def test_jobs_drain_until_none_is_left(drain_jobs, patient):
    events.publish("alerts.raised", patient_id=patient.id)
    drain_jobs()
    assert not events.waiting()


def test_the_network_is_closed():
    with (
        socket.socket() as probe,
        pytest.warns(UserWarning, match="192.0.2.1"),
        pytest.raises(SocketConnectBlockedError),
    ):
        probe.connect(("192.0.2.1", 80))
