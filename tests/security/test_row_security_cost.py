"""What row security asks for is led by an index, and lists don't grow with their length."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from clinicity.accounts.models import User
from clinicity.privacy import keyring
from patients.services import patient_create

pytestmark = pytest.mark.django_db
PATIENTS = 50
# The tables and columns that policies compare, as PostgreSQL itself keeps them.
POLICIES = """
SELECT c.relname, pg_get_expr(p.polqual, p.polrelid)
FROM pg_policy p JOIN pg_class c ON c.oid = p.polrelid
WHERE p.polqual IS NOT NULL
"""
LEADING = """
SELECT t.relname, a.attname
FROM pg_index i JOIN pg_class t ON t.oid = i.indrelid
JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = i.indkey[0]
WHERE i.indisvalid AND i.indpred IS NULL
"""
COMPARED = re.compile(r"\((\w+) IN \( SELECT clinicity_")
# Whom `clinicity_visible_patients` and its like look up in each call.
LOOKED_UP = {
    ("patients_careteammember", "user_id"),
    ("patients_breakglass", "user_id"),
    ("patients_proxy", "user_id"),
    ("patients_patient", "user_id"),
    ("patients_patientalias", "patient_id"),
}


def test_every_column_of_a_policy_leads_an_index() -> None:
    with connection.cursor() as cursor:
        cursor.execute(LEADING)
        leading = set(cursor.fetchall())
        cursor.execute(POLICIES)
        compared = {
            (table, match[1]) for table, text in cursor.fetchall()
            for match in COMPARED.finditer(text or "")
        }  # fmt: skip
    assert len(compared) > 30, "the policies aren't read any more"
    assert (compared | LOOKED_UP) - leading == set()


@pytest.fixture
def fifty(alice: User) -> list[str]:
    return [
        str(patient_create(
            by=alice.actor, first_name="A", last_name="B", date_of_birth=date(1985, 7, 20)
        ).id)
        for _ in range(PATIENTS)
    ]  # fmt: skip


def test_a_list_of_fifty_takes_three_queries(
    alice: User, fifty: list[str], api: Callable[..., APIClient],
    client_for: Callable[..., Client],
) -> None:  # fmt: skip
    """The patients, their keys, and the trail; beside who asks, and saying so."""
    for client, path in (
        (api(alice), "/api/v1/patients/?size=50"),
        (client_for(alice), "/patients/"),
    ):
        client.get(path)
        keyring.forget()
        with CaptureQueriesContext(connection) as queries:
            text = client.get(path).content.decode()
        told = [patient_id for patient_id in fifty if patient_id in text]
        assert len(told) == PATIENTS, path
        assert len(_of_the_list(queries, fifty)) <= 3, path


def _of_the_list(queries: Any, fifty: list[str]) -> list[str]:
    """Queries that read or write something of the patients: their rows, keys, and the trail."""
    ids = {patient_id.replace("-", "") for patient_id in fifty}
    found = []
    for sql in (query["sql"] for query in queries.captured_queries):
        names_one = any(id in sql.replace("-", "") for id in ids)
        if '"patients_' in sql or "audit_auditevent" in sql or names_one:
            found.append(sql)
    return found
