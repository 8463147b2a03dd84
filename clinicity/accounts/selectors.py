"""Reading users."""

from collections.abc import Iterable
from uuid import UUID

from clinicity.accounts.models import EMAIL_SCOPE, User
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


def has_role(user_id: UUID, roles: Iterable[str]) -> bool:
    """Whether this is an active account with one of the roles."""
    return bool(User.objects.filter(id=user_id, is_active=True, role__in=list(roles)).exists())


def colleagues(roles: Iterable[str]) -> list[User]:
    """Active accounts with one of the roles, by name."""
    found = User.objects.filter(is_active=True, role__in=list(roles))
    return sorted(found, key=lambda user: str(user.display_name).casefold())
