"""Which roles may do what with patients. Whose patients, row security decides."""

from clinicity.common.actors import Actor, Role
from clinicity.common.exceptions import Refused

STAFF = frozenset({Role.CLINICIAN, Role.COORDINATOR, Role.ADMIN, Role.SERVICE})
# Patients and who acts for them read what is released, of themselves: row security sees to it.
READERS = STAFF | {Role.PATIENT, Role.PROXY}
WRITERS = frozenset({Role.CLINICIAN, Role.COORDINATOR, Role.SERVICE})
# Who may be on a care team, and look behind broken glass.
MEMBERS = frozenset({Role.CLINICIAN, Role.COORDINATOR})
# Who judges afterwards whether the glass was broken for a reason.
REVIEWERS = frozenset({Role.ADMIN, Role.AUDITOR})
# Who registers people and corrects what they are called. Admins write nothing clinical.
REGISTRARS = WRITERS | {Role.ADMIN}
# Who notes what a patient agrees to; a patient and a proxy for themselves.
DECIDERS = WRITERS | {Role.PATIENT, Role.PROXY}


def demand_staff(actor: Actor) -> None:
    if actor.role not in STAFF:
        raise Refused("These are pages for those who treat.")


def demand_reader(actor: Actor) -> None:
    if actor.role not in READERS:
        raise Refused("Your role doesn't read patients' records.")


def demand_writer(actor: Actor) -> None:
    if actor.role not in WRITERS:
        raise Refused("Your role doesn't change patients' records.")


def demand_registrar(actor: Actor) -> None:
    if actor.role not in REGISTRARS:
        raise Refused("Your role doesn't register patients.")


def demand_member(actor: Actor) -> None:
    if actor.role not in MEMBERS:
        raise Refused("Only clinicians and coordinators open a record in an emergency.")


def demand_reviewer(actor: Actor) -> None:
    if actor.role not in REVIEWERS:
        raise Refused("Admins and auditors review emergency accesses.")


def demand_decider(actor: Actor) -> None:
    if actor.role not in DECIDERS:
        raise Refused("Your role doesn't note what patients agree to.")


def demand_answerer(actor: Actor) -> None:
    """Who fills in questionnaires: staff, and patients and proxies for themselves."""
    if actor.role not in DECIDERS:
        raise Refused("Your role doesn't answer questionnaires.")


def demand_own_pages(actor: Actor) -> None:
    if actor.role not in (Role.PATIENT, Role.PROXY):
        raise Refused("These are pages for patients.")


def demand_wording_loader(actor: Actor) -> None:
    if actor.role not in (Role.ADMIN, Role.SERVICE):
        raise Refused("Only admins load wordings: they answer for the licence.")


def demand_remover(actor: Actor) -> None:
    """Who may start again what removes a withdrawn purpose's data."""
    if actor.role not in REGISTRARS:
        raise Refused("Your role doesn't remove what was derived.")


def demand_eraser(actor: Actor) -> None:
    if actor.role != Role.ADMIN:
        raise Refused("Only admins erase people, and hold or release records.")
