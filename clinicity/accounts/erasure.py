"""What accounts keep of a person who is erased: nothing but that there was an account."""

from collections.abc import Iterator
from uuid import UUID

from django.contrib.auth.hashers import make_password
from django.db import transaction

from clinicity.accounts import factors, sessions
from clinicity.accounts.models import EMAIL_SCOPE, StoredAnswer, User
from clinicity.audit import services as audit
from clinicity.common import clock
from clinicity.common.actors import Actor, Role
from clinicity.common.exceptions import Refused
from clinicity.privacy.pseudonyms import blind_index

AT_ONCE = 500


@transaction.atomic
def account_erase(*, by: Actor, user_id: UUID) -> None:
    """End every sign-in and take name, address, password and factors away. Again is harmless."""
    if by.role not in (Role.ADMIN, Role.SERVICE):
        raise Refused("Only admins erase accounts.")
    user = User.objects.select_for_update().get(id=user_id)
    sessions.sessions_end(by=by, of=user.id, why="erased")
    factors.factors_clear(user)
    user.is_active, user.mfa_required = False, False
    user.email, user.display_name = f"{user.id}@erased.invalid", ""
    user.email_index = blind_index(user.email, scope=EMAIL_SCOPE)
    user.password, user.last_login = make_password(None), None
    user.save()
    audit.record(by=by, act="account.erase", subject="user", subject_id=user.id)


def answers_count(text: str) -> int:
    """How many stored answers to repeatable requests have `text` in them."""
    return len(list(_answers_with(text)))


def answers_forget(text: str) -> int:
    """Remove those. Repeating such a request is then a new one, which finds nobody."""
    StoredAnswer.objects.filter(expires_at__lte=clock.now()).delete()
    gone = list(_answers_with(text))
    for at in range(0, len(gone), AT_ONCE):
        StoredAnswer.objects.filter(id__in=gone[at : at + AT_ONCE]).delete()
    return len(gone)


def _answers_with(text: str) -> Iterator[UUID]:
    """Sealed, so each is opened; they live for a day."""
    for row in StoredAnswer.objects.order_by("id").iterator(chunk_size=AT_ONCE):
        if text in row.body:
            yield row.id
