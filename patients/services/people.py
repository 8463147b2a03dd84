"""Making and changing patients: change, audit and event in one transaction."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings

from clinicity.accounts.acting import Scope, acting_as
from clinicity.audit import services as audit
from clinicity.common import clock, events
from clinicity.common.actors import Actor, Role
from clinicity.common.exceptions import Conflict, Invalid, NotFound, Refused
from clinicity.common.ids import new_id
from clinicity.privacy import keyring
from patients.blind import index_of
from patients.models import CareTeamMember, Patient, ZoneChange
from patients.permissions import demand_registrar
from patients.services.consent import AT_REGISTRATION, consents_at_registration
from patients.services.rows import patient_locked
from patients.services.team import member_of

EDITABLE = (
    "first_name", "last_name", "preferred_name", "date_of_birth", "sex", "record_number",
    "time_zone",
)  # fmt: skip
OLDEST = date(1900, 1, 1)
NO_ZONE = "Give an IANA time zone such as Europe/London."
NOT_YET = "This is in the future: give the moment of a move that happened."


def patient_create(
    *, by: Actor, first_name: str, last_name: str, date_of_birth: date,
    sex: str = Patient.Sex.UNKNOWN, preferred_name: str = "", record_number: str = "",
    time_zone: str = "Europe/London", simulated: bool | None = None,
    consents: Iterable[str] = AT_REGISTRATION,
) -> Patient:  # fmt: skip
    """Make a patient; a clinician who does so is on the care team from that moment.

    On the demo stack every patient is simulated, and one that is said not to be is refused.
    """
    demand_registrar(by)
    patient = Patient(
        id=new_id(),
        first_name=first_name.strip(),
        last_name=last_name.strip(),
        preferred_name=preferred_name.strip(),
        date_of_birth=date_of_birth,
        sex=sex or Patient.Sex.UNKNOWN,
        record_number=record_number.strip(),
        time_zone=time_zone,
        simulated=_simulated(simulated),
        consents=sorted(set(consents)),
    )
    return _kept(by, patient)


def patient_edit(
    *,
    by: Actor,
    patient_id: UUID,
    changes: Mapping[str, Any],
    version: int | None = None,
) -> Patient:
    """Change demographics. With `version`, only if nobody else changed them since."""
    demand_registrar(by)
    unknown = sorted(set(changes) - set(EDITABLE))
    if unknown:
        raise Invalid(f"These can't be changed here: {', '.join(unknown)}.")
    with acting_as(by):
        patient = patient_locked(patient_id)
        if version is not None and version != patient.version:
            raise Conflict("Someone else changed this patient meanwhile. Load it again.")
        changed = [name for name, value in changes.items() if getattr(patient, name) != value]
        if "time_zone" in changed:
            _zone_change(by, patient, str(changes["time_zone"]), clock.now())
        for name in changed:
            setattr(patient, name, changes[name])
        _demand_plausible(patient)
        patient.search_index = search_index(patient)
        patient.version += 1
        patient.save()
        _record(by, "patient.edit", patient, fields=changed)
    return patient


def patient_zone_move(*, by: Actor, patient_id: UUID, zone: str, since: datetime) -> Patient:
    """Note that the patient lives by another time zone from a moment on, past or present.

    Days before it stay as they were; days after it are summed up again.
    """
    demand_registrar(by)
    if not _is_zone(zone):
        raise Invalid(NO_ZONE, errors={"zone": [NO_ZONE]})
    if since > clock.now():
        raise Invalid(NOT_YET, errors={"since": [NOT_YET]})
    with acting_as(by):
        patient = patient_locked(patient_id)
        _zone_change(by, patient, zone, since)
        patient.time_zone = (
            ZoneChange.objects.filter(patient_id=patient.id).latest("since").zone
        )
        patient.version += 1
        patient.save(update_fields=["time_zone", "version"])
        _record(by, "patient.zone_move", patient, zone=zone)
    return patient


def _zone_change(by: Actor, patient: Patient, zone: str, since: datetime) -> None:
    """`before` is the zone of the moment just before: it tells of the time before the first."""
    changes = ZoneChange.objects.filter(patient_id=patient.id)
    if changes.filter(since=since).exists():
        raise Conflict("A move at this moment is noted already.")
    earlier, later = changes.filter(since__lt=since), changes.filter(since__gt=since)
    before = earlier.latest("since").zone if earlier.exists() else None
    before = before or (later.earliest("since").before if later.exists() else patient.time_zone)
    ZoneChange(
        patient_id=patient.id, since=since, zone=zone, before=before, made_by=by.id
    ).save(force_insert=True)
    events.publish("patients.zone_changed", patient_id=patient.id)


def patient_delete(*, by: Actor, patient_id: UUID) -> None:
    """Take a patient off every list. Nothing is destroyed; `patient_restore` undoes it."""
    demand_registrar(by)
    with acting_as(by):
        patient = patient_locked(patient_id)
        patient.deleted_at, patient.deleted_by = clock.now(), by.id
        patient.save(update_fields=["deleted_at", "deleted_by"])
        _record(by, "patient.delete", patient)


def patient_restore(*, by: Actor, patient_id: UUID) -> Patient:
    demand_registrar(by)
    with acting_as(by):
        rows = Patient.objects.select_for_update().filter(erased_at__isnull=True)
        patient = rows.filter(id=patient_id).first()
        if patient is None:
            raise NotFound("There is no such patient.")
        patient.deleted_at, patient.deleted_by = None, None
        patient.save(update_fields=["deleted_at", "deleted_by"])
        _record(by, "patient.restore", patient)
    return patient


def search_index(patient: Patient) -> list[str]:
    """Blind indexes of everything that a patient can be found by."""
    parts = [patient.first_name, patient.last_name, patient.preferred_name]
    terms = [word for part in parts for word in (part, *part.split())]
    terms += [patient.full_name, patient.record_number, str(patient.date_of_birth)]
    return sorted({index_of(term) for term in terms if term.strip()})


def implausible(demographics: Mapping[str, Any]) -> dict[str, list[str]]:
    """What is wrong with each field of a patient's demographics, in sentences."""
    errors = {
        name: ["This is needed."]
        for name in ("first_name", "last_name")
        if not demographics[name].strip()
    }
    if not OLDEST <= demographics["date_of_birth"] <= clock.now().date():
        errors["date_of_birth"] = [f"Give a date from {OLDEST.year} until today."]
    if demographics["sex"] not in Patient.Sex.values:
        errors["sex"] = [f"Choose one of {', '.join(Patient.Sex.values)}."]
    if not _is_zone(demographics["time_zone"]):
        errors["time_zone"] = [NO_ZONE]
    return errors


def _simulated(wanted: bool | None) -> bool:  # noqa: FBT001
    if settings.DEMO and wanted is False:
        raise Refused("The demo stack takes simulated patients only.")
    return settings.DEMO if wanted is None else wanted


def _demand_plausible(patient: Patient) -> None:
    if errors := implausible({name: getattr(patient, name) for name in EDITABLE}):
        raise Invalid("Some fields need another value.", errors=errors)


def _is_zone(name: str) -> bool:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):  # OSError: a folder of zones
        return False
    return True


def _kept(by: Actor, patient: Patient) -> Patient:
    _demand_plausible(patient)
    patient.search_index = search_index(patient)
    with acting_as(by, Scope.ALL_PATIENTS if by.role == Role.SERVICE else None):
        keyring.subject_key_create(patient.id)
        if by.role not in (Role.SERVICE, Role.ADMIN):
            # First, so that row security lets the patient's own row in.
            member_of(patient.id, by.id, CareTeamMember.Part.TREATS).save(force_insert=True)
        patient.save(force_insert=True)
        consents_at_registration(by=by, patient=patient, purposes=patient.consents)
        _record(by, "patient.create", patient)
    return patient


def _record(by: Actor, act: str, patient: Patient, **details: Any) -> None:
    audit.record(
        by=by,
        act=act,
        subject="patient",
        subject_id=patient.id,
        patient_id=patient.id,
        **details,
    )
