"""Who may read the trail."""

from clinicity.common.actors import Actor, Role
from clinicity.common.exceptions import Refused

READERS = frozenset({Role.AUDITOR, Role.ADMIN})


def may_read_trail(actor: Actor) -> bool:
    return actor.role in READERS


def demand_reader(actor: Actor) -> None:
    if not may_read_trail(actor):
        raise Refused("Only auditors and admins read the audit trail.")
