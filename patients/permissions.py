"""Which roles may do what with patients. Whose patients, row security decides."""

from clinicity.common.actors import Actor, Role
from clinicity.common.exceptions import Refused

READERS = frozenset({Role.CLINICIAN, Role.COORDINATOR, Role.ADMIN, Role.SERVICE})
WRITERS = frozenset({Role.CLINICIAN, Role.COORDINATOR, Role.SERVICE})
# Who registers people and corrects what they are called. Admins write nothing clinical.
REGISTRARS = WRITERS | {Role.ADMIN}


def demand_reader(actor: Actor) -> None:
    if actor.role not in READERS:
        raise Refused("Your role doesn't read patients' records.")


def demand_writer(actor: Actor) -> None:
    if actor.role not in WRITERS:
        raise Refused("Your role doesn't change patients' records.")


def demand_registrar(actor: Actor) -> None:
    if actor.role not in REGISTRARS:
        raise Refused("Your role doesn't register patients.")
