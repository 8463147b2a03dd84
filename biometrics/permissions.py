"""Which roles may send readings. Whose readings, row security decides."""

from clinicity.common.actors import Actor, Role
from clinicity.common.exceptions import Refused

SENDERS = frozenset({Role.CLINICIAN, Role.COORDINATOR, Role.PATIENT, Role.DEVICE, Role.SERVICE})


def demand_sender(actor: Actor) -> None:
    if actor.role not in SENDERS:
        raise Refused("Your role doesn't send readings.")
