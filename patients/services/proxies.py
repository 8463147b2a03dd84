"""Who acts for a patient: a parent, an attorney, whom the patient wishes."""

from collections.abc import Collection
from datetime import date, datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from django.conf import settings

from clinicity.accounts.acting import acting_as
from clinicity.accounts.selectors import has_role
from clinicity.audit import services as audit
from clinicity.common import clock
from clinicity.common.actors import Actor, Role
from clinicity.common.exceptions import Invalid, NotFound
from patients.models import Patient, Proxy
from patients.permissions import demand_writer
from patients.services.rows import patient_locked


def proxy_add(
    *, by: Actor, patient_id: UUID, user_id: UUID, basis: str, parts: Collection[str],
    starts_at: datetime | None = None, ends_at: datetime | None = None,
) -> Proxy:  # fmt: skip
    """Let somebody act for the patient. A parent's part ends when the patient comes of age."""
    demand_writer(by)
    with acting_as(by, patient_id):
        patient = patient_locked(patient_id)
        proxy = Proxy(
            patient_id=patient_id, user_id=user_id, basis=basis, parts=sorted(set(parts)),
            starts_at=starts_at or clock.now(), ends_at=ends_at, made_by=by.id,
        )  # fmt: skip
        if basis == Proxy.Basis.PARENT:
            adult = comes_of_age(patient)
            proxy.ends_at = min(ends_at or adult, adult)
        _demand_sensible(proxy)
        proxy.save(force_insert=True)
        _record(by, "proxy.add", proxy)
    return proxy


def proxy_end(*, by: Actor, patient_id: UUID, proxy_id: UUID) -> Proxy:
    """End it now; what the proxy decided until then stays decided."""
    demand_writer(by)
    with acting_as(by, patient_id):
        proxy = Proxy.objects.select_for_update().filter(
            id=proxy_id, patient_id=patient_id
        ).first()  # fmt: skip
        if proxy is None:
            raise NotFound("There is no such proxy.")
        if proxy.ends_at is None or proxy.ends_at > clock.now():
            proxy.ends_at = clock.now()
            proxy.save(update_fields=["ends_at"])
            _record(by, "proxy.end", proxy)
    return proxy


def comes_of_age(patient: Patient) -> datetime:
    """The start of the birthday that makes the patient an adult, in their own zone."""
    born: date = patient.date_of_birth
    year = born.year + settings.AGE_OF_MAJORITY
    leaps = (born.month, born.day) == (2, 29)
    day = date(year, 3, 1) if leaps else born.replace(year=year)
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(patient.time_zone))


def _demand_sensible(proxy: Proxy) -> None:
    errors: dict[str, list[str]] = {}
    if proxy.basis not in Proxy.Basis.values:
        errors["basis"] = [f"Choose one of {', '.join(Proxy.Basis.values)}."]
    if not proxy.parts or set(proxy.parts) - set(Proxy.Part.values):
        errors["parts"] = [f"Choose from {', '.join(Proxy.Part.values)}."]
    if proxy.ends_at and proxy.ends_at <= max(proxy.starts_at, clock.now()):
        of_age = proxy.basis == Proxy.Basis.PARENT
        errors["ends_at"] = [
            "The patient is of age by then." if of_age else "Give a moment after the start."
        ]
    if not has_role(proxy.user_id, {Role.PROXY}):
        errors["user_id"] = ["Give an account whose role is proxy."]
    if errors:
        raise Invalid("Some fields need another value.", errors=errors)


def _record(by: Actor, act: str, proxy: Proxy) -> None:
    audit.record(
        by=by, act=act, subject="user", subject_id=proxy.user_id, patient_id=proxy.patient_id,
        basis=proxy.basis, parts=proxy.parts,
    )  # fmt: skip
