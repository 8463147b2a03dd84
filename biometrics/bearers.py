"""Who knocks at the door: a person by an access token, or a device by its own."""

from dataclasses import dataclass
from uuid import UUID

from cachetools import LRUCache

from biometrics.device_tokens import DeviceClaims, demand_signed_device
from clinicity.accounts.acting import act
from clinicity.accounts.tokens import BadToken, Claims, actors_ask, actors_in, claims_of
from clinicity.common.actors import DOOR, Actor, Role
from clinicity.common.pipeline import Ask, Rows, ids

DEVICES = """
SELECT d.id, d.token_version FROM biometrics_device d
JOIN patients_patient p ON p.id = d.patient_id AND p.deleted_at IS NULL
WHERE d.id = ANY(%s::uuid[]) AND d.revoked_at IS NULL
"""
# A signature costs more than all else of a small request. Expiry is looked at each time.
_devices: LRUCache[str, DeviceClaims] = LRUCache(maxsize=10_000)


@dataclass(frozen=True)
class Bearer:
    """Whoever showed a token that we signed. What they may do, the database says."""

    user: Claims | None = None
    device: DeviceClaims | None = None

    @property
    def id(self) -> UUID:
        return self.user.user_id if self.user else self._device.device_id

    @property
    def _device(self) -> DeviceClaims:
        if self.device is None:
            raise BadToken("Sign in again.")
        return self.device


def bearer_of(token: str) -> Bearer:
    """The bearer of a good token; raises BadToken. Asks no database."""
    known = _devices.get(token)
    if known and not known.is_over:
        return Bearer(device=known)
    try:
        return Bearer(user=claims_of(token))
    except BadToken:
        _devices[token] = demand_signed_device(token)
        return Bearer(device=_devices[token])


@dataclass(frozen=True)
class Asked:
    """The rows that say which bearers may still act."""

    users: Rows
    devices: Rows | None

    def actors(self, bearers: set[Bearer]) -> dict[Bearer, Actor]:
        users = actors_in(self.users)
        versions = dict(self.devices.fetchall()) if self.devices else {}
        found = {}
        for bearer in bearers:
            if bearer.user:
                actor = users.get((bearer.user.user_id, bearer.user.family))
            else:
                actor = _device_actor(bearer.device, versions)
            if actor:
                found[bearer] = actor
        return found


def bearers_ask(ask: Ask, bearers: set[Bearer]) -> Asked:
    """Ask for all bearers of a group in the caller's pipeline."""
    users = actors_ask(ask, [bearer.user for bearer in bearers if bearer.user])
    devices = [bearer.device for bearer in bearers if bearer.device]
    if not devices:
        return Asked(users, None)
    act(ask, DOOR.id, {each.patient_id for each in devices})
    return Asked(users, ask(DEVICES, [ids(each.device_id for each in devices)]))


def _device_actor(claims: DeviceClaims | None, versions: dict[UUID, int]) -> Actor | None:
    if claims is None or versions.get(claims.device_id) != claims.version:
        return None
    return Actor(claims.device_id, Role.DEVICE)
