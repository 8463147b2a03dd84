"""Giving a device its token: a code on the clinician's page, shown once by the device.

1. A clinician makes a code; older ones of the device end.
2. The device shows the code, without anybody signed in. Its HMAC leads to the patient.
3. The device's row is locked, the code is used up, the token's version is raised.

The row lock lets one of many clients through; the others get the sentence that a wrong
code gets.
"""

import re
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from uuid import UUID

from django.db import connection

from biometrics.device_tokens import LIFETIME, token_for
from biometrics.models import Device, PairingCode
from biometrics.services.devices import codes_end, device_locked, record
from clinicity.accounts import throttles
from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common import clock
from clinicity.common.actors import Actor
from clinicity.common.exceptions import DomainError
from clinicity.privacy.pseudonyms import keyed_hash
from patients.models import Purpose
from patients.permissions import demand_writer
from patients.selectors import demand_consent

# Without what looks alike in print or by hand: 0 O, 1 I L, 2 Z, 5 S, 8 B, U V.
ALPHABET = "ACDEFGHJKMNPQRTVWXY34679"
LENGTH = 8
VALID_FOR = timedelta(minutes=10)
SCOPE = "biometrics.pairing-code"
PAIRING_BY_ADDRESS = throttles.Limit("pairing.address", 60, 900)


class BadCode(DomainError):
    """Wrong, used, expired and ended codes are never told apart."""

    type = "bad-pairing-code"
    title = "This code can't be used."
    status = HTTPStatus.UNPROCESSABLE_ENTITY


@dataclass(frozen=True)
class MadeCode:
    """A code as people read it. This is the only time that it is known."""

    device: Device
    text: str
    made_at: datetime
    expires_at: datetime


@dataclass(frozen=True)
class Paired:
    """A device and its token; `expires_in` counts seconds."""

    device: Device
    token: str
    expires_in: int


def pairing_code_make(*, by: Actor, device_id: UUID) -> MadeCode:
    """A one-time code for a device; its older ones can't be used from now on."""
    demand_writer(by)
    text = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
    with acting_as(by):
        device = device_locked(device_id)
        demand_consent(by, device.patient_id, Purpose.CARE, Purpose.MONITORING)
        codes_end(device)
        now = clock.now()
        PairingCode.objects.create(
            patient_id=device.patient_id, device=device, code_index=_index(text),
            made_by=by.id, created_at=now, expires_at=now + VALID_FOR,
        )  # fmt: skip
        record("device.pairing_code", device, by=by)
    return MadeCode(device, f"{text[:4]}-{text[4:]}", now, now + VALID_FOR)


def device_pair(*, by: Actor, code: str, address: str) -> Paired:
    """Trade a code for a token; tokens from before end. Raises BadCode or Throttled."""
    throttles.demand(PAIRING_BY_ADDRESS, address)
    index = _index(code)
    patient_id = _patient_of(index)
    if patient_id:
        demand_consent(by, patient_id, Purpose.CARE, Purpose.MONITORING)
    device = _paired(by, patient_id, index) if patient_id else None
    if device is None:
        audit.record_refusal(by=by, act="device.pair", subject="pairing_code")
        raise BadCode("Make a new code on the patient's page and type it in again.")
    return Paired(device, token_for(device), int(LIFETIME.total_seconds()))


def _paired(by: Actor, patient_id: UUID, index: str) -> Device | None:
    with acting_as(by, patient_id):
        code = PairingCode.objects.filter(code_index=index).first()
        if code is None:
            return None
        device = device_locked(code.device_id)
        if not _used_up(code):
            return None
        device.token_version += 1
        device.revoked_at, device.paired_at = None, clock.now()
        device.save(update_fields=["token_version", "revoked_at", "paired_at"])
        record("device.pair", device, by=by, code=str(code.id))
    return device


def _used_up(code: PairingCode) -> bool:
    """Use the code, if nobody did and its time isn't over."""
    now = clock.now()
    usable = PairingCode.objects.filter(id=code.id, used_at__isnull=True, expires_at__gt=now)
    return bool(usable.update(used_at=now))


def _patient_of(index: str) -> UUID | None:
    """Whose patient a usable code is for: the one thing told before anybody acts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clinicity_patient_of_pairing_code(%s)", [index])
        found: UUID | None = cursor.fetchone()[0]
    return found


def _index(text: str) -> str:
    """The code's HMAC, blind to case, spaces and the dash."""
    return keyed_hash(re.sub(r"[^A-Z0-9]", "", text.upper()), scope=SCOPE)
