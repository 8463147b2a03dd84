"""JWT pairs: short access tokens, rotating refresh tokens kept by `jti` only."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from http import HTTPStatus
from uuid import UUID

from cachetools import LRUCache
from django.conf import settings
from django.db import transaction
from rest_framework_simplejwt.exceptions import TokenError
from rest_framework_simplejwt.tokens import AccessToken, Token
from rest_framework_simplejwt.tokens import RefreshToken as RefreshJwt

from clinicity.accounts.models import RefreshToken, TokenFamily, User
from clinicity.audit import services as audit
from clinicity.common import clock
from clinicity.common.actors import Actor, Role
from clinicity.common.exceptions import DomainError
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
def pair_issue(user: User, *, auth_time: float | None = None, client: str = "") -> TokenPair:
    """The first pair of a new family, as every sign-in of an app starts one."""
    now = clock.now()
    family = TokenFamily.objects.create(
        user=user, client=client, last_used_at=now,
        ends_at=now + timedelta(seconds=settings.SIGN_IN_ABSOLUTE_SECONDS),
    )  # fmt: skip
    return _pair(family, auth_time or now.timestamp())


def _pair(family: TokenFamily, auth_time: float) -> TokenPair:
    """The next pair of a family. It ends when idle for too long, or with the family."""
    refresh, now = RefreshJwt(), clock.now()
    idle_end = now + timedelta(seconds=settings.SIGN_IN_IDLE_SECONDS)
    ends_at = min(idle_end, family.ends_at)
    row = RefreshToken.objects.create(
        family=family.id, user_id=family.user_id, expires_at=ends_at
    )
    refresh["jti"], refresh["sub"] = str(row.id), str(family.user_id)
    refresh["exp"], refresh["auth_time"] = int(ends_at.timestamp()), int(auth_time)
    access = _access(family, auth_time)
    return TokenPair(str(access), str(refresh), _seconds_left(access))


@dataclass(frozen=True)
class Access:
    access: str
    expires_in: int


def access_again(text: str) -> Access:
    """An access token of the same sign-in, whose holder has just proved who they are."""
    user_of_access(text)
    family = TokenFamily.objects.filter(id=demand_signed(text)["family"]).first()
    if family is None:
        raise BadToken("Sign in again.")
    access = _access(family, clock.now().timestamp())
    return Access(str(access), _seconds_left(access))


def pair_refresh(text: str) -> TokenPair:
    """Trade a refresh token for the next pair. A second use ends its whole family.

    The family is locked, so that of several at once exactly one gets a pair. Whether the
    others are a thief or a client that asks twice, nobody can tell: the family ends, and
    with it the pair that was just given.
    """
    with transaction.atomic():
        family, row = _locked(text)
        if row.used_at is not None:
            _end_family(family, why="reused")
        elif family.ended_at is None and family.user.is_active:
            row.used_at = family.last_used_at = clock.now()
            row.save(update_fields=["used_at"])
            family.save(update_fields=["last_used_at"])
            return _pair(family, _auth_time(text))
    raise BadToken("Sign in again.")


@transaction.atomic
def family_revoke(text: str) -> None:
    """End the sign-in that a refresh token belongs to."""
    _end_family(_locked(text)[0], why="signed-out")


@transaction.atomic
def families_end(user_id: UUID, *, why: str, only: UUID | None = None) -> int:
    """End all open sign-ins of a user's apps, or one of them; how many there were."""
    rows = TokenFamily.objects.select_for_update(of=("self",)).select_related("user")
    rows = rows.filter(user_id=user_id, ended_at__isnull=True).order_by("id")
    found = list(rows.filter(id=only) if only else rows)
    for family in found:
        _end_family(family, why=why)
    return len(found)


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
WHERE NOT EXISTS (SELECT 1 FROM accounts_tokenfamily f
                  WHERE f.id = w.family AND f.ended_at IS NOT NULL)
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


def _access(family: TokenFamily, auth_time: float) -> AccessToken:
    access = AccessToken()
    access["sub"], access["role"] = str(family.user_id), family.user.role
    access["family"], access["auth_time"] = str(family.id), int(auth_time)
    access["exp"] = min(access["exp"], int(family.ends_at.timestamp()))
    return access


def _seconds_left(access: AccessToken) -> int:
    return max(0, int(access["exp"] - clock.now().timestamp()))


def _is_ended(token: Token) -> bool:
    return TokenFamily.objects.filter(id=token.get("family"), ended_at__isnull=False).exists()


def _auth_time(refresh: str) -> float:
    """A refresh proves nothing anew: the next pair keeps the moment of the sign-in."""
    return float(RefreshJwt(refresh).get("auth_time") or 1)  # type: ignore[arg-type]


def _locked(text: str) -> tuple[TokenFamily, RefreshToken]:
    """The family of a refresh token, locked, and the token's row as it is under the lock."""
    try:
        jti = RefreshJwt(text)["jti"]  # type: ignore[arg-type]
    except TokenError as error:
        raise BadToken("Sign in again.") from error
    found = RefreshToken.objects.filter(id=jti).first()
    families = TokenFamily.objects.select_related("user").select_for_update(of=("self",))
    family = families.filter(id=found.family).first() if found else None
    if found is None or family is None:
        raise BadToken("Sign in again.")
    return family, RefreshToken.objects.get(id=found.id)


def _end_family(family: TokenFamily, *, why: str) -> None:
    if family.ended_at is not None:
        return
    family.ended_at, family.ended_why = clock.now(), why
    family.save(update_fields=["ended_at", "ended_why"])
    RefreshToken.objects.filter(family=family.id, revoked_at__isnull=True).update(
        revoked_at=family.ended_at
    )
    audit.record(
        by=family.user.actor, act="account.family_end", subject="user",
        subject_id=family.user_id, family=str(family.id), why=why,
    )  # fmt: skip
