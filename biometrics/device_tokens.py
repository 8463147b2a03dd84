"""Tokens of devices: one patient's readings in, and nothing else.

A JWT of a type of its own, which no other door takes for an access token. It lives for a
year and asks no refresh; it carries the device's `token_version`, so that raising that
ends it at once.
"""

from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import Token

from biometrics.models import Device
from clinicity.accounts.acting import acting_as
from clinicity.accounts.tokens import BadToken
from clinicity.common import clock
from clinicity.common.actors import DOOR, Role

LIFETIME = timedelta(days=365)


class DeviceToken(Token):
    token_type = "device"  # noqa: S105  a kind of token, not a secret
    lifetime = LIFETIME


@dataclass(frozen=True)
class DeviceClaims:
    """What a token says of its bearer, before any database was asked."""

    device_id: UUID
    patient_id: UUID
    version: int
    expires_at: float

    @property
    def is_over(self) -> bool:
        return self.expires_at <= clock.now().timestamp()


def token_for(device: Device) -> str:
    """A new token of a device as it is now."""
    token = DeviceToken()
    token["sub"], token["patient"] = str(device.id), str(device.patient_id)
    token["role"], token["ver"] = Role.DEVICE.value, device.token_version
    return str(token)


def demand_signed_device(text: str) -> DeviceClaims:
    """The claims, if we signed them and they have not expired. Asks no database."""
    try:
        token = DeviceToken(text)  # type: ignore[arg-type]
        return DeviceClaims(
            UUID(token["sub"]), UUID(token["patient"]), int(token["ver"]), float(token["exp"])
        )
    except (TokenError, KeyError, ValueError) as error:
        raise BadToken("Pair the device again.") from error


def device_of(claims: DeviceClaims) -> Device:
    """The device, while it is not revoked nor paired anew, and its patient is there."""
    with acting_as(DOOR, claims.patient_id):
        device: Device | None = Device.objects.filter(
            id=claims.device_id, patient_id=claims.patient_id, revoked_at__isnull=True,
            token_version=claims.version, patient__deleted_at__isnull=True,
        ).first()  # fmt: skip
    if device is None:
        raise BadToken("Pair the device again.")
    return device
