"""Reading users."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from clinicity.accounts.models import EMAIL_SCOPE, User
from clinicity.audit.models import AuditEvent
from clinicity.common.actors import Actor
from clinicity.common.exceptions import NotFound
from clinicity.privacy.pseudonyms import blind_index


def user_by_email(email: str) -> User:
    """The active user with this address; for commands that act as someone."""
    index = blind_index(email, scope=EMAIL_SCOPE)
    user: User | None = User.objects.filter(email_index=index, is_active=True).first()
    if user is None:
        raise NotFound("There is no active account with this e-mail address.")
    return user


def names_of(user_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Display names by id; ids of nobody are left out."""
    return {user.id: user.display_name for user in User.objects.filter(id__in=set(user_ids))}


@dataclass(frozen=True)
class OwnAct:
    act: str
    at: datetime
    refused: bool


# The owner's account among all that they did: looked for in so many last events.
LOOKED_AT = 2000


def own_acts(actor: Actor, *, most: int = 12) -> list[OwnAct]:
    """What lately happened to the actor's own account, newest first."""
    last = AuditEvent.objects.filter(actor_id=actor.id).order_by("-position")
    rows = AuditEvent.objects.filter(
        id__in=last.values("id")[:LOOKED_AT], act__startswith="account."
    ).order_by("-position")[:most]
    refused = AuditEvent.Outcome.REFUSED
    return [OwnAct(row.act, row.created_at, row.outcome == refused) for row in rows]


def has_role(user_id: UUID, roles: Iterable[str]) -> bool:
    """Whether this is an active account with one of the roles."""
    return bool(User.objects.filter(id=user_id, is_active=True, role__in=list(roles)).exists())


def colleagues(roles: Iterable[str]) -> list[User]:
    """Active accounts with one of the roles, by name."""
    found = User.objects.filter(is_active=True, role__in=list(roles))
    return sorted(found, key=lambda user: str(user.display_name).casefold())


# Whose names an auditor may read: patients and who acts for them are none of these.
STAFF_ROLES = ("admin", "clinician", "coordinator", "researcher", "auditor", "service")


def staff_names_of(user_ids: Iterable[UUID]) -> dict[UUID, str]:
    """Display names of those among them who work here."""
    found = User.objects.filter(id__in=set(user_ids), role__in=STAFF_ROLES)
    return {user.id: user.display_name for user in found}


def staff_named(text: str) -> list[UUID]:
    """Who works here and is meant by a part of a name, or by a whole e-mail address.

    Former colleagues as well: what they did stays on record.
    """
    wanted = text.strip().casefold()
    if not wanted:
        return []
    if "@" in wanted:
        index = blind_index(text, scope=EMAIL_SCOPE)
        rows = User.objects.filter(email_index=index, role__in=STAFF_ROLES)
        return [user.id for user in rows]
    staff = User.objects.filter(role__in=STAFF_ROLES)
    return [user.id for user in staff if wanted in str(user.display_name).casefold()]
