"""Who may see twins and ask for new ones. Whose patients, row security decides."""

from clinicity.common.actors import Actor, Role
from clinicity.common.exceptions import Refused

READERS = frozenset({Role.CLINICIAN, Role.COORDINATOR, Role.ADMIN, Role.SERVICE})


def demand_reader(actor: Actor) -> None:
    if actor.role not in READERS:
        raise Refused("Your role doesn't see patients' twins.")
