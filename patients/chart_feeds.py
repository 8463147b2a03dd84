"""How the chart's rows read outside of a page."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.translation import gettext as _

from clinicity.privacy.pseudonyms import keyed_hash
from patients.clinical.feeds import FeedEntry
from patients.models import Encounter


def feed_of(rows: Sequence[Encounter], *, base: str) -> list[FeedEntry]:
    """Appointments for a calendar outside: the pseudonym's end, no name, no reason."""
    return [
        FeedEntry(
            uid=f"{keyed_hash(str(row.id), scope='calendar.feed')[:32]}@clinicity",
            summary=_("Appointment, patient %s") % str(row.patient_id)[-6:],
            starts_at=row.starts_at, ends_at=row.ends_at, status=row.status,
            changed_at=row.changed_at or row.created_at, sequence=row.version - 1,
            url=base.rstrip("/") + reverse("patients:chart", args=[row.patient_id]),
        )
        for row in rows
    ]  # fmt: skip
