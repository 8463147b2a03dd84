"""PostgreSQL, read as its owner: raw rows, whatever any policy would show."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.apps import apps
from django.db import connections, models

from clinicity.privacy import keyring
from clinicity.workbench.deletion.subject import Left, Subject, left

OWNER = "owner"
# What outlives a person; docs/security/consent.md says why.
KEPT = frozenset(
    """patients_consent patients_removal patients_removalstep patients_deletionreport
    patients_legalhold patients_patientalias common_job audit_auditevent audit_securityalert
    """.split()
)
TABLES = """
SELECT c.table_name FROM information_schema.columns c
JOIN information_schema.tables t USING (table_schema, table_name)
WHERE c.table_schema = 'public' AND c.column_name = 'patient_id'
    AND t.table_type = 'BASE TABLE'
ORDER BY 1
"""
TOMBSTONE = """
SELECT count(*) FROM patients_patient
WHERE id = ANY(%s) AND (erased_at IS NULL OR user_id IS NOT NULL OR search_index <> '{}'
    OR consents <> '{}' OR concat(first_name, last_name, preferred_name, date_of_birth, sex,
                                  record_number) <> '')
"""
HISTORY = """
SELECT count(*) FROM auditlog_logentry l JOIN django_content_type c ON c.id = l.content_type_id,
    unnest(%s::text[]) AS person
WHERE c.app_label || '_' || c.model <> ALL (%s)
    AND (l.object_pk = person OR l.changes::text LIKE '%%' || person || '%%')
"""
KEYS = "SELECT count(*) FROM privacy_subjectkey WHERE subject_id = ANY(%s)"
HOLDS = "SELECT count(*) FROM patients_legalhold WHERE patient_id = ANY(%s) AND reason <> ''"


def counted(query: str, values: Sequence[Any]) -> int:
    with connections[OWNER].cursor() as cursor:
        cursor.execute(query, values)
        return int(cursor.fetchone()[0])


def rows(table: str, subject: Subject, where: str = "true", *values: Any) -> list[Left]:
    """Rows of a table about the person that answer to a condition of our own making."""
    query = f"SELECT count(*) FROM {table} WHERE patient_id = ANY(%s) AND {where}"  # noqa: S608  our own condition
    return left(f"postgres {table}", "rows", counted(query, [subject.ids, *values]))


def with_patients() -> list[str]:
    """Every table that names a patient, as the database has it today."""
    with connections[OWNER].cursor() as cursor:
        cursor.execute(TABLES)
        return [name for (name,) in cursor.fetchall()]


def of_app(app: str) -> list[str]:
    return [table for table in with_patients() if table.startswith(f"{app}_")]


def everything(subject: Subject) -> Iterator[Left]:
    """All rows that don't outlive a person, their own row, their key, and what it opens."""
    for table in with_patients():
        if table not in KEPT:
            yield from rows(table, subject)
    ids = [subject.ids]
    yield from left("postgres patients_patient", "demographics", counted(TOMBSTONE, ids))
    yield from left("postgres patients_legalhold", "reasons", counted(HOLDS, ids))
    yield from left("postgres privacy_subjectkey", "data keys", counted(KEYS, ids))
    history = counted(HISTORY, [list(map(str, subject.ids)), sorted(KEPT)])
    yield from left("postgres auditlog_logentry", "changes of demographics", history)
    yield from sealed(subject)


def sealed(subject: Subject) -> Iterator[Left]:
    """Protected values of the person that still open; none may, once the key is destroyed."""
    keyring.forget()
    for model in apps.get_models():
        privacy: Any = getattr(model, "Privacy", None)
        if getattr(privacy, "subject", None) == "patient_id" and privacy.protected:
            opened = sum(
                _opens(row, name)
                for row in model._default_manager.using(OWNER).filter(
                    patient_id__in=subject.ids
                )
                for name in privacy.protected
            )
            yield from left(f"postgres {model._meta.db_table}", "values that open", opened)


def _opens(row: models.Model, name: str) -> bool:
    try:
        return getattr(row, name) is not None
    except (keyring.NoKey, keyring.Unreadable):
        return False
