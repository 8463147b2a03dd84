"""Reading the field-level history, as the auditor who asks: names of fields, no values."""

from collections.abc import Sequence
from dataclasses import dataclass

from auditlog.models import LogEntry

from clinicity.accounts.acting import acting_as
from clinicity.audit.permissions import demand_reader
from clinicity.common.actors import Actor

ENTRIES = """
SELECT h.*, c.model AS what FROM clinicity_field_history() h
JOIN django_content_type c ON c.id = h.content_type_id WHERE h.cid = %s ORDER BY h.id
"""


@dataclass(frozen=True)
class FieldChange:
    """That a row was made, changed or removed, and which of its fields."""

    what: str
    row_id: str
    act: str
    fields: Sequence[str]


def field_changes(actor: Actor, request_id: str) -> list[FieldChange]:
    """What a request changed, in order. The database gives it to this role alone."""
    demand_reader(actor)
    if not request_id:
        return []
    with acting_as(actor):
        rows = list(LogEntry.objects.raw(ENTRIES, [request_id]))
    return [
        FieldChange(
            row.what, row.object_pk, row.get_action_display(), sorted(row.changes or {})
        )
        for row in rows
    ]
