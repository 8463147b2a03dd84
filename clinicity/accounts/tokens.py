"""JWT pairs: short access tokens, rotating refresh tokens kept by `jti` only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from http import HTTPStatus
from uuid import UUID

from cachetools import LRUCache
from django.db import transaction
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken, Token
from rest_framework_simplejwt.tokens import RefreshToken as RefreshJwt

from clinicity.accounts.models import RefreshToken, User
from clinicity.audit import services as audit
from clinicity.common import clock
from clinicity.common.actors import Actor, Role
from clinicity.common.exceptions import DomainError
from clinicity.common.ids import new_id
from clinicity.common.pipeline import Ask, Rows, ids


class BadToken(DomainError):
    type = "bad-token"
    title = "The token is not valid any more."
    status = HTTPStatus.UNAUTHORIZED


@dataclass(frozen=True)
class TokenPair:
    access: str
    refresh: str
    expires_in: int


@transaction.atomic
def pair_issue(
    user: User, *, family: UUID | None = None, auth_time: float | None = None
) -> TokenPair:
    """A new pair; without a family it starts one, as every sign-in does."""
    family, auth_time = family or new_id(), auth_time or clock.now().timestamp()
    refresh = RefreshJwt()
    row = RefreshToken.objects.create(
        family=family, user=user, expires_at=datetime.fromtimestamp(refresh["exp"], UTC)
    )
    refresh["jti"], refresh["sub"] = str(row.id), str(user.id)
    refresh["auth_time"] = int(auth_time)
    access = _access(user, family, auth_time)
    return TokenPair(str(access), str(refresh), int(access.lifetime.total_seconds()))


@dataclass(frozen=True)
class Access:
    access: str
    expires_in: int


def access_again(text: str) -> Access:
    """An access token of the same sign-in, whose holder has just proved who they are."""
    user, family = user_of_access(text), UUID(demand_signed(text)["family"])
    access = _access(user, family, clock.now().timestamp())
    return Access(str(access), int(access.lifetime.total_seconds()))


def pair_refresh(text: str) -> TokenPair:
    """Trade a refresh token for the next pair. A second use ends its whole family."""
    with transaction.atomic():
        row = _row(text)
        reused = row.used_at is not None
        if reused:
            _end_family(row)
        elif row.revoked_at is None and row.user.is_active:
            row.used_at = clock.now()
            row.save(update_fields=["used_at"])
            return pair_issue(row.user, family=row.family, auth_time=_auth_time(text))
    raise BadToken("Sign in again.")


@transaction.atomic
def family_revoke(text: str) -> None:
    """End the sign-in that a refresh token belongs to."""
    _end_family(_row(text))


def demand_signed(text: str) -> Token:
    """The access token, if we signed it and it has not expired. Asks no database."""
    try:
        return AccessToken(text)  # type: ignore[arg-type]
    except TokenError as error:
        raise BadToken("Refresh it, or sign in again.") from error


@dataclass(frozen=True)
class Claims:
    """What an access token says, once its signature was found good."""

    user_id: UUID
    family: UUID
    expires_at: float


# Signatures cost more than all else of a small request; a token is the same for minutes.
_claims: LRUCache[str, Claims] = LRUCache(maxsize=10_000)
# A service names the patients that it works for, and no token does that.
ACTORS = """
SELECT u.id, u.role, w.family
FROM unnest(%s::uuid[], %s::uuid[]) AS w (user_id, family)
JOIN accounts_user u ON u.id = w.user_id AND u.is_active AND u.role <> 'service'
WHERE NOT EXISTS (SELECT 1 FROM accounts_refreshtoken t
                  WHERE t.family = w.family AND t.revoked_at IS NOT NULL)
"""


def claims_of(text: str) -> Claims:
    """The claims of an access token that we signed and that has not expired."""
    known = _claims.get(text)
    if known is None or known.expires_at <= clock.now().timestamp():
        token = demand_signed(text)
        known = Claims(UUID(token["sub"]), UUID(token["family"]), float(token["exp"]))
        _claims[text] = known
    return known


def actors_ask(ask: Ask, claims: Sequence[Claims]) -> Rows:
    """Which of the tokens' users may still act; rows go to `actors_in`."""
    return ask(
        ACTORS, [ids(each.user_id for each in claims), ids(each.family for each in claims)]
    )


def actors_in(rows: Rows) -> dict[tuple[UUID, UUID], Actor]:
    """Actors by user and family, without those whose user or sign-in has ended."""
    return {(id, family): Actor(id, Role(role)) for id, role, family in rows.fetchall()}


def user_of_access(text: str) -> User:
    """The user of an access token whose family has not been ended."""
    token = demand_signed(text)
    user: User | None = User.objects.filter(id=token["sub"], is_active=True).first()
    if user is None or _is_ended(token):
        raise BadToken("Sign in again.")
    return user


def auth_time_of(text: str) -> float:
    """When the holder of a good access token last proved who they are; seconds of the epoch."""
    return float(demand_signed(text).get("auth_time") or 0)


def _access(user: User, family: UUID, auth_time: float) -> AccessToken:
    access = AccessToken()
    access["auth_time"] = int(auth_time)
    access["sub"], access["role"], access["family"] = (
        str(user.id),
        user.role,
        str(family),
    )
    return access


def _is_ended(token: Token) -> bool:
    family = token.get("family")
    return RefreshToken.objects.filter(family=family, revoked_at__isnull=False).exists()


def _auth_time(refresh: str) -> float:
    """A refresh proves nothing anew: the next pair keeps the moment of the sign-in."""
    return float(RefreshJwt(refresh).get("auth_time") or 1)  # type: ignore[arg-type]


def _row(text: str) -> RefreshToken:
    try:
        jti = RefreshJwt(text)["jti"]  # type: ignore[arg-type]
    except TokenError as error:
        raise BadToken("Sign in again.") from error
    rows = RefreshToken.objects.select_related("user").select_for_update(of=("self",))
    row = rows.filter(id=jti).first()
    if row is None:
        raise BadToken("Sign in again.")
    return row


def _end_family(row: RefreshToken) -> None:
    RefreshToken.objects.filter(family=row.family, revoked_at__isnull=True).update(
        revoked_at=clock.now()
    )
    audit.record(
        by=row.user.actor,
        act="account.family_end",
        subject="user",
        subject_id=row.user_id,
    )
