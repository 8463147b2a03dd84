"""Reading visits."""

from datetime import datetime
from uuid import UUID

from clinicity.accounts.acting import acting_as
from clinicity.common.actors import Actor
from clinicity.privacy import keyring
from patients.models import (
    Encounter,
)
from patients.selectors.rows import rows_of


def encounters(actor: Actor, patient_id: UUID) -> list[Encounter]:
    """Newest first."""
    return rows_of(actor, patient_id, Encounter, "-starts_at")


def appointments_between(actor: Actor, start: datetime, end: datetime) -> list[Encounter]:
    """The actor's visits that start in [start, end), with their patients."""
    with acting_as(actor):
        rows = (
            Encounter.objects.filter(
                starts_at__gte=start,
                starts_at__lt=end,
                patient__deleted_at__isnull=True,
            )
            .exclude(status=Encounter.Status.CANCELLED)
            .select_related("patient")
            .order_by("starts_at")
        )
        found = list(rows)
        keyring.preload(visit.patient_id for visit in found)
    return found
