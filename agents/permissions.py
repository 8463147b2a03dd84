"""Which roles ask and which write notes. Whose patients, row security decides."""

from clinicity.common.actors import Actor, Role
from clinicity.common.exceptions import Refused

ASKERS = frozenset({Role.CLINICIAN, Role.COORDINATOR, Role.ADMIN})
AUTHORS = frozenset({Role.CLINICIAN})


def demand_asker(actor: Actor) -> None:
    if actor.role not in ASKERS:
        raise Refused("Your role doesn't ask about patients' records.")


def demand_author(actor: Actor) -> None:
    if actor.role not in AUTHORS:
        raise Refused("Only a clinician writes and signs notes.")
