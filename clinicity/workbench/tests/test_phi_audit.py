"""A name is planted in each store, and must be found there without being told."""

import base64
import datetime as dt
import json
from collections.abc import Iterator
from contextlib import suppress
from io import StringIO
from pathlib import Path

import pytest
import redis
from django.conf import settings as live
from django.core.management import CommandError, call_command
from django.db import connections
from pymilvus import MilvusClient
from pytest_django import Settings

from clinicity.accounts.models import User
from clinicity.audit.models import AuditEvent
from clinicity.workbench.phi_audit.known import KnownValues
from patients import services
from patients.models import Patient

FIRST, LAST, BORN = "Xanthippe", "Quillfeather", dt.date(1971, 2, 3)
NUMBER = "MRN-4711-0815"


@pytest.fixture
def planted(
    real_transactions: None, alice: User, settings: Settings, tmp_path: Path
) -> Patient:
    settings.VAR_DIR, settings.MEDIA_ROOT = tmp_path, tmp_path / "files"
    settings.AUDIT_CHECKPOINT_DIR = tmp_path / "checkpoints"
    (tmp_path / "log").mkdir()
    person = services.patient_create(
        by=alice.actor, first_name=FIRST, last_name=LAST, date_of_birth=BORN,
        record_number=NUMBER,
    )  # fmt: skip
    services.contact_add(
        by=alice.actor, patient_id=person.id, relationship="self", name=f"{FIRST} {LAST}",
        phone="+44 20 7946 0958", email="xq@post.example", address="14 Elderflower Lane\nLeeds",
    )  # fmt: skip
    return person


def audited(*stores: str) -> list[dict[str, str]]:
    said = StringIO()
    words = [word for store in stores for word in ("--store", store)]
    with suppress(CommandError):
        call_command("phi_audit", "--json", *words, stdout=said)
    for secret in (FIRST, LAST, "4711", "7946", "Elderflower", "1971"):
        assert secret not in said.getvalue()
    found: list[dict[str, str]] = json.loads(said.getvalue())["findings"]
    return found


def sql(statement: str, *values: object) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, values)


def test_a_clean_database_has_no_finding(planted: Patient) -> None:
    assert audited("database", "files", "logs") == []
    assert AuditEvent.objects.filter(act="phi.audit").exists()


@pytest.mark.parametrize(
    ("table", "column", "value", "kind"),
    [
        ("common_job", "note", f"could not read the letter of {LAST}", "name"),
        ("common_job", "args", json.dumps({"who": FIRST.upper()}), "name"),
        ("common_outboxevent", "payload", json.dumps({"born": "03/02/1971"}), "date"),
        ("common_job", "error", "number mrn 4711 0815 / MRN47110815", "id"),
        ("common_job", "note", "calls 442079460958", "phone"),
        ("common_job", "note", "lives at 14 ELDERFLOWER LANE", "address"),
        ("common_job", "note", "asked zoe.smith@hospital.org", "email"),
    ],
)
def test_a_plain_column_is_found(
    planted: Patient, alice: User, table: str, column: str, value: str, kind: str
) -> None:
    plant_row(table, column, value, alice)
    found = audited("database")
    assert {(f["place"], f["field"], f["kind"]) for f in found} == {(table, column, kind)}


def plant_row(table: str, column: str, value: str, alice: User) -> None:
    from clinicity.common.models import Job, OutboxEvent

    if table == "common_job":
        row = Job.objects.create(name="x", queue="fast", requested_by=alice.id)
        sql(f"UPDATE common_job SET {column} = %s WHERE id = %s", value, row.id)
    else:
        OutboxEvent.objects.create(name="x", payload=json.loads(value))


def test_tables_of_libraries_and_sessions_are_read(planted: Patient, alice: User) -> None:
    from django.contrib.sessions.backends.db import SessionStore

    session = SessionStore()
    session["draft"] = f"Dear {FIRST} {LAST}"
    session.save()
    sql(
        "INSERT INTO auditlog_logentry (content_type_id, object_pk, object_repr, action, timestamp,"
        " changes_text) VALUES ((SELECT min(id) FROM django_content_type), '1', %s, 1, now(), '')",
        f"{FIRST} {LAST}",
    )
    places = {(f["place"], f["field"]) for f in audited("database")}
    assert ("django_session", "session_data") in places
    assert ("auditlog_logentry", "object_repr") in places


def test_a_plain_value_in_a_protected_column_is_found(planted: Patient) -> None:
    sql("UPDATE patients_patient SET preferred_name = 'Xani' WHERE id = %s", planted.id)
    found = [f for f in audited("database") if f["kind"] == "unsealed"]
    assert [(f["place"], f["field"], f["row"]) for f in found] == [
        ("patients_patient", "preferred_name", str(planted.id))
    ]


def test_files_and_logs_are_read(planted: Patient, tmp_path: Path) -> None:
    spool = tmp_path / "files" / "imports-open"
    spool.mkdir(parents=True)
    (spool / f"export_{LAST}.xml").write_bytes(b"")
    (spool / "1.tmp").write_text(f"<Person name='{FIRST}'/>")
    (spool / "2.bin").write_bytes(b"\xff\xfe\x80" + LAST.encode() + b"\x00")
    (spool / "0.sealed").write_bytes(b"plain")
    (tmp_path / "log" / "web.log").write_text(f"fine\nfailed for {LAST}\n")
    found = {
        (f["store"], f["row"].partition(" ")[0].rpartition("/")[2], f["field"], f["kind"])
        for f in audited("files", "logs")
    }
    assert found == {
        ("files", "•••", "name", "name"), ("files", "1.tmp", "content", "name"),
        ("files", "2.bin", "content", "name"), ("files", "0.sealed", "content", "unsealed"),
        ("logs", "2", "line", "name"),
    }  # fmt: skip


def test_redis_is_read_in_every_type_and_message(planted: Patient) -> None:
    client = redis.Redis.from_url(live.REDIS_URL)
    body = base64.b64encode(json.dumps({"who": LAST}).encode()).decode()
    client.lpush("queue", json.dumps({"body": body}))
    client.hset("hash", "who", FIRST)
    client.set(f"cache:{LAST}", "1")
    client.zadd("zset", {NUMBER: 1})
    client.xadd("stream", {"to": "xq@post.example"})
    client.sadd("set", f"{FIRST}")
    try:
        rows = {f["row"] for f in audited("redis")}
    finally:
        client.delete("queue", "hash", f"cache:{LAST}", "zset", "stream", "set")
    assert rows >= {"queue", "hash", "zset", "stream", "set", "cache:•••"}


@pytest.fixture
def collection(planted: Patient) -> Iterator[str]:
    client = MilvusClient(uri=live.MILVUS_URI)
    name = f"{live.MILVUS_PREFIX}planted"
    client.create_collection(name, dimension=4, id_type="string", max_length=64)
    client.insert(name, [{"id": "1", "vector": [0.1] * 4, "text": f"{FIRST} slept badly"}])
    yield name
    client.drop_collection(name)
    client.close()


def test_vectors_are_read(collection: str) -> None:
    found = audited("vectors")
    assert {(f["place"], f["kind"]) for f in found} == {(collection, "name")}


def test_a_store_that_is_away_is_said(planted: Patient, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    said = StringIO()
    call_command("phi_audit", "--store", "redis", "--store", "graph", stdout=said)
    assert "redis: not read. Redis doesn't answer." in said.getvalue()
    assert "graph: not read. The graph is in PostgreSQL" in said.getvalue()


def test_words_of_every_day_count_only_beside_another_value() -> None:
    known = KnownValues()
    known.add_name("p", "Will", "Young")
    known.add_name("q", "Zoë", "Quill")
    known.ready()
    assert not list(known.hits("young people"))
    assert list(known.hits("Dear Will Young"))
    assert {v.subject for v in known.hits("ZOE came")} == {"q"}
    assert not list(known.hits("zoescope, quills"))
    assert not list(known.hits("zoe", raw=True))
