"""Whatever someone with the owner's password does to the trail, `verify_audit` names it."""

import hashlib
import json
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.db import connections
from pytest_django import Settings

from clinicity.audit import chain, sealing, verifying
from clinicity.audit import checkpoints as points
from clinicity.audit.copying import SELECT
from clinicity.audit.models import AuditEvent
from clinicity.audit.tests.conftest import as_owner, record
from clinicity.common import clock

pytestmark = pytest.mark.usefixtures("real_transactions", "checkpoints")
EVENT = "(SELECT event_id FROM audit_auditseal WHERE number = 4)"
CHANGES = {
    "id": "gen_random_uuid()",
    "created_at": "created_at + interval '1 microsecond'",
    "position": "position + 1000",
    "actor_id": "gen_random_uuid()",
    "actor_role": "'Service'",
    "act": "'test.acts'",
    "subject": "'tesu'",
    "subject_id": "gen_random_uuid()",
    "patient_id": "gen_random_uuid()",
    "outcome": "'failed'",
    "details": """'{"number": 33}'""",
    "request_id": "'x'",
    "xact": "'3'",
}


def verify() -> verifying.Verdict:
    """The verdict, and that the command says the same and fails."""
    out, verdict = StringIO(), verifying.seal_and_verify()
    if verdict.is_whole:
        call_command("verify_audit", "--json", stdout=out)
    else:
        with pytest.raises(CommandError) as refused:
            call_command("verify_audit", "--json", stdout=out)
        assert refused.value.returncode == 1
        assert json.loads(out.getvalue())["fault"] == str(refused.value)
    return verifying.verify()


@pytest.fixture
def sealed() -> None:
    """Seven sealed events under three checkpoints: at 3, 5 and 7."""
    for count in (3, 2, 2):
        record(count)
        assert sealing.seal() == count


def test_untouched_it_is_whole(sealed: None) -> None:
    out = StringIO()
    call_command("verify_audit", stdout=out)
    assert "The trail is whole." in out.getvalue()
    assert verify() == verifying.Verdict(7, 0, 3, signed=7)


@pytest.mark.parametrize("column", CHANGES)
def test_a_change_in_any_column_of_an_event(sealed: None, column: str) -> None:
    assert set(CHANGES) == set(chain.COLUMNS)
    as_owner(f"UPDATE audit_auditevent SET {column} = {CHANGES[column]} WHERE id = {EVENT}")
    verdict = verify()
    assert verdict.number == 4
    assert "altered" in verdict.fault or ("missing" in verdict.fault and column == "id")


@pytest.mark.parametrize(
    "change",
    ["event_id = gen_random_uuid()", "number = 40", "form = 1", "form = 9",
     "digest = set_byte(digest, 5, get_byte(digest, 5) # 1)"],
)  # fmt: skip
def test_a_change_in_any_column_of_a_seal(sealed: None, change: str) -> None:
    as_owner(f"UPDATE audit_auditseal SET {change} WHERE number = 4")
    assert verify().number == 4


@pytest.mark.parametrize(
    ("statements", "said", "number"),
    [
        (["DELETE FROM audit_auditevent WHERE id = " + EVENT], "is missing", 4),
        (["DELETE FROM audit_auditseal WHERE number = 4"], "Seal 4 is missing", 4),
        (["DELETE FROM audit_auditevent WHERE id = " + EVENT,
          "DELETE FROM audit_auditseal WHERE number = 4",
          "UPDATE audit_auditseal SET number = number + 100 WHERE number > 4",
          "UPDATE audit_auditseal SET number = number - 101 WHERE number > 104"], "altered", 4),
        ([("DELETE FROM audit_auditevent WHERE id IN"
          " (SELECT event_id FROM audit_auditseal WHERE number > 5)"),
          "DELETE FROM audit_auditseal WHERE number > 5"], "cut off after number 5", 6),
        (["DELETE FROM audit_auditseal", "DELETE FROM audit_auditevent"],
         "cut off after number 0", 1),
        ([("UPDATE audit_auditseal SET event_id = CASE number"
          " WHEN 2 THEN '00000000-0000-7000-8000-000000000002'::uuid"
          " ELSE '00000000-0000-7000-8000-000000000003'::uuid END WHERE number IN (2, 3)")],
         "missing", 2),
    ],
    ids=["event", "seal", "closed-gap", "tail", "everything", "seals-of-others"],
)  # fmt: skip
def test_what_is_taken_away(
    sealed: None, statements: list[str], said: str, number: int
) -> None:
    as_owner(*statements)
    verdict = verify()
    assert said in verdict.fault
    assert verdict.number == number


def test_a_reorder(sealed: None) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT event_id FROM audit_auditseal WHERE number IN (4, 5) ORDER BY 1")
        (first,), (second,) = cursor.fetchall()
        cursor.execute("SELECT event_id FROM audit_auditseal WHERE number = 4")
        (fourth,) = cursor.fetchone()
    fifth = second if fourth == first else first
    as_owner(
        "UPDATE audit_auditseal SET event_id = gen_random_uuid() WHERE number = 4",
        f"UPDATE audit_auditseal SET event_id = '{fourth}' WHERE number = 5",
        f"UPDATE audit_auditseal SET event_id = '{fifth}' WHERE number = 4",
    )
    assert (verify().number, "altered" in verify().fault) == (4, True)


def rewrite(after: int = 0) -> None:
    """Compute the whole chain again, as anyone can who may write both tables."""
    with connections["owner"].cursor() as cursor:
        cursor.execute("SET TimeZone = 'UTC'")
        sql = (f"SELECT s.number, {SELECT} FROM audit_auditseal s JOIN audit_auditevent e"
               " ON e.id = s.event_id ORDER BY s.number")  # fmt: skip
        with cursor.copy(f"COPY ({sql}) TO STDOUT") as copy:
            rows = [bytes(row[:-1]).split(b"\t", 1) for row in copy]
    digest, statements = chain.GENESIS, []
    for number, line in rows:
        digest = chain.link(digest, line)
        statements.append(
            f"UPDATE audit_auditseal SET digest = '\\x{digest.hex()}'::bytea"
            f" WHERE number = {int(number)}"
        )
    as_owner(*statements)


def test_a_table_that_was_replaced_with_its_chain(sealed: None) -> None:
    rewrite()
    assert verify().is_whole  # the same events give the same chain
    as_owner(f"UPDATE audit_auditevent SET act = 'innocent' WHERE id = {EVENT}")
    rewrite()
    verdict = verify()
    assert "rewritten between number 4 and 5" in verdict.fault
    with pytest.raises(sealing.TrailBroken):
        sealing.seal()


def test_an_event_that_was_put_in_behind_the_seals(sealed: None) -> None:
    as_owner(
        "INSERT INTO audit_auditevent (id, created_at, position, actor_id, actor_role, act,"
        " subject, outcome, details, request_id, xact) SELECT gen_random_uuid(), created_at,"
        " position - 1000, actor_id, actor_role, act, subject, outcome, details, request_id,"
        f" xact FROM audit_auditevent WHERE id = {EVENT}"
    )
    verdict = verify()
    assert "inserted behind" in verdict.fault
    assert verdict.event_id


def test_an_event_that_claims_an_earlier_time(sealed: None) -> None:
    as_owner(
        "INSERT INTO audit_auditevent (id, created_at, position, actor_id, actor_role, act,"
        " subject, outcome, details, request_id) SELECT gen_random_uuid(), created_at"
        " - interval '3 days', nextval('audit_position'), actor_id, actor_role, act, subject,"
        f" outcome, details, request_id FROM audit_auditevent WHERE id = {EVENT}"
    )
    record(1)
    verdict = verify()
    assert "claims a time long before" in verdict.fault
    assert verdict.number == 8


def test_an_unsealed_event_that_is_gone_is_counted_as_a_gap(sealed: None) -> None:
    """No more can be known of it: a transaction that rolled back leaves the same."""
    record(2)
    as_owner("DELETE FROM audit_auditevent WHERE position ="
             " (SELECT max(position) - 1 FROM audit_auditevent)")  # fmt: skip
    verdict = verify()
    assert (verdict.fault, verdict.gaps) == ("", 1)


def lines() -> list[str]:
    return points.checkpoint_file().read_text().splitlines()


def write(found: list[str]) -> None:
    points.checkpoint_file().write_text("".join(line + "\n" for line in found))


@pytest.mark.parametrize(
    ("tamper", "said"),
    [
        (
            lambda found: [found[0].replace('"number":3', '"number":2'), *found[1:]],
            "not signed",
        ),
        (lambda found: [found[0], "{", found[2]], "not signed"),
        (lambda found: [found[0], found[2]], "missing between number 3 and number 7"),
        (lambda found: [found[1], found[2]], "missing between the beginning and number 5"),
        (lambda found: [found[1], found[0], found[2]], "missing between"),
        (lambda found: found[:2], "number 7 is missing from"),
        (lambda found: [], "number 3 is missing from"),
    ],
    ids=["altered", "unreadable", "middle", "first", "swapped", "last", "emptied"],
)
def test_a_checkpoint_file_that_was_touched(
    sealed: None, tamper: Callable[[list[str]], list[str]], said: str
) -> None:
    write(tamper(lines()))
    assert said in verify().fault


def test_a_checkpoint_file_that_is_gone_and_its_copies_too(
    sealed: None, checkpoints: Path
) -> None:
    points.checkpoint_file().unlink()
    as_owner("DELETE FROM audit_auditcheckpoint")
    assert "no checkpoint is left" in verifying.verify().fault


def test_keys_rotate(sealed: None, settings: Settings) -> None:
    old = settings.AUDIT_SIGNING_KEY
    settings.AUDIT_SIGNING_KEY = f"{'n' * 40},{old}"
    record(1)
    assert verifying.seal_and_verify().is_whole
    keys = [json.loads(line)["key"] for line in lines()]
    assert keys[0] == keys[2] != keys[3]
    settings.AUDIT_SIGNING_KEY = "n" * 40
    assert "number 3 is not signed" in verifying.verify().fault


def test_what_follows_a_checkpoint_can_be_proved_alone(sealed: None) -> None:
    as_owner("UPDATE audit_auditevent SET act = 'x' WHERE id ="
             " (SELECT event_id FROM audit_auditseal WHERE number = 2)")  # fmt: skip
    assert verifying.verify(since=4).proved_from == 3
    assert verifying.verify(since=4).is_whole
    assert verifying.verify().number == 2


def test_seals_of_the_first_form_are_still_proved(checkpoints: Path) -> None:
    """Written by the first version: JSON was hashed, checkpoints weren't chained."""
    record(2)
    sealing.seal()
    event = AuditEvent.objects.order_by("position").first()
    assert event
    document = {name: getattr(event, name) for name in chain.COLUMNS if name != "xact"}
    document["created_at"] = event.created_at.astimezone(clock.UTC).isoformat()
    canonical = json.dumps(document, sort_keys=True, separators=(",", ":"), default=str)
    digest = hashlib.sha256(chain.GENESIS + canonical.encode()).digest()
    point = points.Checkpoint(1, digest.hex(), "2026-11-23T10:00:00+00:00")
    key = next(iter(points._keys().values()))
    first = {"number": 1, "digest": point.digest, "sealed_at": point.sealed_at,
             "signature": points._signature(point, key)}  # fmt: skip
    as_owner(
        "DELETE FROM audit_auditcheckpoint",
        "DELETE FROM audit_auditseal WHERE number = 2",
        f"UPDATE audit_auditseal SET form = 1, digest = '\\x{digest.hex()}'::bytea",
    )
    write([json.dumps(first)])
    verdict = verifying.seal_and_verify()
    assert (verdict.fault, verdict.sealed, verdict.checkpoints) == ("", 2, 2)
    as_owner(f"UPDATE audit_auditevent SET subject = 'x' WHERE id = '{event.id}'")
    assert verifying.verify().number == 1


def test_a_late_event_of_a_slow_transaction_is_no_fault(sealed: None) -> None:
    assert timedelta(hours=1) < verifying.LATE
