"""Who may act on alerts and who may write rules."""

from clinicity.common.actors import Actor, Role
from clinicity.common.exceptions import Refused

RULE_WRITERS = frozenset({Role.CLINICIAN, Role.ADMIN, Role.SERVICE})
RESPONDERS = frozenset({Role.CLINICIAN, Role.COORDINATOR, Role.SERVICE})
READERS = RULE_WRITERS | RESPONDERS


def may_read(actor: Actor) -> bool:
    return actor.role in READERS


def demand_reader(actor: Actor) -> None:
    if not may_read(actor):
        raise Refused("Your role doesn't read alerts.")


def demand_responder(actor: Actor) -> None:
    if actor.role not in RESPONDERS:
        raise Refused("Your role doesn't act on alerts.")


def demand_rule_writer(actor: Actor) -> None:
    if actor.role not in RULE_WRITERS:
        raise Refused("Your role doesn't change alert rules.")
