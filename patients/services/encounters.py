"""Visits: booked, moved, cancelled, taken place."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from clinicity.accounts.acting import acting_as
from clinicity.common import clock
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Conflict
from patients.clinical import visits
from patients.models import Encounter
from patients.permissions import demand_writer
from patients.services.items import demand_valid, item_change, item_locked
from patients.services.rows import row_add
from patients.services.timeline import timeline_source_follow, timeline_source_remove

STATES = Encounter.Status
LONGEST = timedelta(days=366)
EARLIEST, FURTHEST = datetime(1900, 1, 1, tzinfo=UTC), timedelta(days=3_660)
MOST_PARTICIPANTS = 30
PARTS = ("attender", "consultant", "interpreter", "relative", "other")
# A visit may be noted as finished a little before its booked end.
EARLY = timedelta(hours=12)


def encounter_add(
    *,
    by: Actor,
    patient_id: UUID,
    starts_at: datetime,
    ends_at: datetime,
    status: str,
    kind: str,
    reason: str = "",
    place: str = "",
    participants: Sequence[Mapping[str, Any]] = (),
    booked: bool | None = None,
    uid_index: str = "",
    sequence: int = 0,
) -> Encounter:
    """A visit. One that has taken place also stands on the timeline."""
    fields = visit_fields(
        starts_at=starts_at, ends_at=ends_at, status=status, kind=kind, reason=reason,
        place=place, participants=participants, participant_ids=(), status_reason="",
        sequence=sequence,
    )  # fmt: skip
    row = Encounter(
        patient_id=patient_id, recorded_by=by.id, uid_index=uid_index,
        booked=_ahead(fields["status"]) if booked is None else booked, **fields,
    )  # fmt: skip
    with acting_as(by, patient_id):
        row_add(by=by, row=row, act="encounter.add")
        if row.status == STATES.FINISHED:
            _tell(by, row)
    return row


def encounter_set_status(
    *, by: Actor, patient_id: UUID, encounter_id: UUID, status: str, reason: str = "",
    version: int | None = None,
) -> Encounter:  # fmt: skip
    """Move a visit along its states. FHIR's words are understood; the same state is no change."""
    demand_writer(by)
    wanted = visits.from_fhir(status)
    with acting_as(by, patient_id):
        row = item_locked(patient_id, Encounter, encounter_id)
        if wanted not in STATES.values:
            demand_valid({"status": f"Choose one of {', '.join(STATES.values)}."})
        if row.status == wanted:
            return row
        _demand_step(row, wanted)
        row = item_change(
            by=by, patient_id=patient_id, model=Encounter, row_id=encounter_id, act="status",
            changes={"status": wanted, "status_reason": reason.strip()}, version=version,
            reason=reason,
        )  # fmt: skip
        if wanted == STATES.FINISHED:
            _tell(by, row)
        else:
            timeline_source_remove(
                by=by, patient_id=patient_id, source_kind="encounter", source_id=row.id
            )
    return row


def visit_fields(**fields: Any) -> dict[str, Any]:
    """What a visit says, checked. Participants become one form; users stand beside as ids."""
    fields["status"] = visits.from_fhir(fields["status"])
    fields["kind"] = " ".join(fields["kind"].split())
    errors: dict[str, str | None] = {}
    if not fields["kind"]:
        errors["kind"] = "Say what kind of visit it is."
    if fields["status"] not in STATES.values:
        errors["status"] = f"Choose one of {', '.join(STATES.values)}."
    if not EARLIEST <= fields["starts_at"] <= clock.now() + FURTHEST:
        errors["starts_at"] = "Give a time from 1900 until ten years from now."
    length = fields["ends_at"] - fields["starts_at"]
    if not timedelta(0) <= length <= LONGEST:
        errors["ends_at"] = "A visit can't end before it starts, or last longer than a year."
    if fields["status"] == STATES.FINISHED and fields["starts_at"] > clock.now() + EARLY:
        errors["status"] = "A visit that lies ahead can't be finished."
    fields["participants"], errors["participants"] = _participants(fields["participants"])
    fields["participant_ids"] = [
        UUID(one["user_id"]) for one in fields["participants"] if one.get("user_id")
    ]
    demand_valid(errors)
    return fields


def _participants(given: Sequence[Any] | None) -> tuple[list[dict[str, str]], str | None]:
    clean = []
    for one in given or ():
        entry = dict(one) if isinstance(one, Mapping) else {"name": str(one)}
        part = str(entry.get("part") or PARTS[0])
        if part not in PARTS:
            return [], f"A participant is one of {', '.join(PARTS)}."
        name = " ".join(str(entry.get("name") or "").split())[:120]
        user_id = str(entry.get("user_id") or "")
        if not (name or user_id):
            return [], "A participant needs a name or a user."
        clean.append({"user_id": user_id, "name": name, "part": part})
    if len(clean) > MOST_PARTICIPANTS:
        return [], f"At most {MOST_PARTICIPANTS} participants."
    return clean, None


def _ahead(status: str) -> bool:
    return status not in visits.STARTED


def _demand_step(row: Encounter, wanted: str) -> None:
    if not visits.may_become(row.status, wanted):
        next_ones = ", ".join(sorted(visits.TRANSITIONS[row.status]))
        raise Conflict(
            f"A visit that is {row.get_status_display()} can only become: {next_ones}.",
            status_now=row.status,
        )
    if wanted == STATES.FINISHED and row.starts_at > clock.now() + EARLY:
        raise Conflict("A visit that lies ahead can't be finished.")


def _tell(by: Actor, row: Encounter) -> None:
    timeline_source_follow(
        by=by, patient_id=row.patient_id, kind="encounter", occurred_at=row.starts_at,
        title=row.kind, body=row.reason, source_kind="encounter", source_id=row.id,
        visibility=row.visibility,
    )  # fmt: skip
