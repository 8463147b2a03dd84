"""A person's sign-ins: sessions of browsers and token families of apps, shown and ended.

The browsers' rows are django-allauth's `UserSession`. In place of the address it holds a
keyed hash in the shape of one, and in place of the User-Agent its two words.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import IPv6Address
from typing import Any
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Q
from django.http import HttpRequest

from clinicity.accounts import tokens
from clinicity.accounts.clients import client_of
from clinicity.accounts.models import (
    RefreshToken,
    SignInChallenge,
    TokenFamily,
    User,
    user_id_of,
)
from clinicity.accounts.stepup import AUTH_TIME
from clinicity.audit import services as audit
from clinicity.common import clock, live
from clinicity.common.actors import Actor
from clinicity.common.exceptions import NotFound
from clinicity.privacy.pseudonyms import keyed_hash

BEGUN, SEEN, ROW = "sign_in_begun", "sign_in_seen", "sign_in_row"
# A session's last use is written down at most so often.
SEEN_EVERY = 60
# How long rows of ended sign-ins stay; the audit trail keeps what happened.
KEPT_FOR = timedelta(days=30)


@dataclass(frozen=True)
class SignedIn:
    """One place where a person is signed in. `id` names the row: `browser-7`, `app-<uuid>`."""

    id: str
    client: str
    begun_at: datetime
    last_used_at: datetime
    is_this: bool


def session_begin(request: HttpRequest, user: User) -> None:
    """Note in a new session when it began, and list it among the user's."""
    now = clock.now()
    session = request.session
    for name in (AUTH_TIME, BEGUN, SEEN):
        session[name] = now.timestamp()
    if not session.session_key:
        session.save()
    # The same session under an earlier key, or an earlier one under the same key.
    earlier = Q(id=session.get(ROW, 0)) | Q(session_key=session.session_key)
    UserSession.objects.filter(earlier).delete()
    row = UserSession.objects.create(
        session_key=session.session_key, user=user, created_at=now, last_seen_at=now,
        ip=_blind_address(request.META.get("REMOTE_ADDR", "")),
        user_agent=client_of(request.META.get("HTTP_USER_AGENT", "")),
    )  # fmt: skip
    session[ROW] = row.id


def session_proved(session: SessionBase) -> None:
    """Note that the session's owner has just proved once more who they are."""
    session[AUTH_TIME] = clock.now().timestamp()


def session_leave(session: SessionBase, user: User | None) -> None:
    """A session is about to end: take it from the list, and close its sockets."""
    key = session.session_key
    if key and user:
        UserSession.objects.filter(session_key=key).delete()
        _close_sockets(user.id, [key])


def is_over(session: Any, *, now: datetime) -> bool:
    """Whether a session was idle for too long, or has lasted for too long."""
    moment = now.timestamp()
    begun, seen = float(session.get(BEGUN, 0)), float(session.get(SEEN, 0))
    too_long = moment - begun > settings.SIGN_IN_ABSOLUTE_SECONDS
    return bool(too_long or moment - seen > settings.SIGN_IN_IDLE_SECONDS)


def session_seen(session: SessionBase, *, now: datetime) -> None:
    """Note a request, but not each one."""
    if now.timestamp() - float(session.get(SEEN, 0)) < SEEN_EVERY:
        return
    session[SEEN] = now.timestamp()
    UserSession.objects.filter(session_key=session.session_key).update(last_seen_at=now)


@transaction.atomic
def session_expire(*, by: Actor) -> None:
    """Record that a session ended by itself."""
    audit.record(by=by, act="account.session_expire", subject="user", subject_id=by.id)


def is_alive(session_key: str | None) -> bool:
    """Whether the session is still there and within its limits, asked of the database."""
    return bool(session_key) and not is_over(SessionStore(session_key).load(), now=clock.now())


def signed_in_of(actor: Actor, *, this_session: str | None) -> list[SignedIn]:
    """Where the actor is signed in, this session first, then the last used."""
    now = clock.now()
    oldest = now.timestamp() - settings.SIGN_IN_IDLE_SECONDS
    since = datetime.fromtimestamp(oldest, UTC)
    browsers = UserSession.objects.filter(user_id=actor.id, last_seen_at__gt=since)
    apps = TokenFamily.objects.filter(
        user_id=actor.id, ended_at__isnull=True, last_used_at__gt=since, ends_at__gt=now
    )
    found = [_browser(row, this_session) for row in browsers] + [_app(row) for row in apps]
    return sorted(found, key=lambda each: (not each.is_this, -each.last_used_at.timestamp()))


@transaction.atomic
def session_end(*, by: Actor, id: str) -> None:
    """End one of the actor's own sign-ins; raises NotFound."""
    kind, _, name = id.partition("-")
    if not (_browser_end(by, name) if kind == "browser" else _app_end(by, name)):
        raise NotFound("It has ended already.")
    audit.record(by=by, act="account.session_end", subject="user", subject_id=by.id, kind=kind)


@transaction.atomic
def sessions_end(
    *, by: Actor, of: UUID | None = None, keep: str = "", why: str = "everywhere"
) -> int:
    """End all sign-ins of a user, the actor if none is named; how many they were.

    The session with the key `keep` stays. An admin may name another user: their service
    has checked that.
    """
    user_id = of or by.id
    rows = list(UserSession.objects.filter(user_id=user_id).exclude(session_key=keep))
    for row in rows:
        row.end()
    _close_sockets(user_id, [row.session_key for row in rows])
    ended = len(rows) + tokens.families_end(user_id, why=why)
    audit.record(
        by=by, act="account.sessions_end", subject="user", subject_id=user_id, ended=ended,
        why=why,
    )  # fmt: skip
    return ended


@transaction.atomic
def sign_ins_forget(*, now: datetime) -> int:
    """Delete rows of sign-ins that ended long ago; how many there were."""
    long_ago = now - KEPT_FOR
    gone = [
        Session.objects.filter(expire_date__lt=now).delete()[0],
        UserSession.objects.filter(last_seen_at__lt=long_ago).delete()[0],
        RefreshToken.objects.filter(expires_at__lt=long_ago).delete()[0],
        TokenFamily.objects.filter(ends_at__lt=long_ago).delete()[0],
        SignInChallenge.objects.filter(expires_at__lt=long_ago).delete()[0],
    ]
    return sum(gone)


def session_digest(session_key: str) -> str:
    """How a session is called where its key may not go."""
    return keyed_hash(session_key, scope="session")


def sign_in_group(user_id: UUID) -> str:
    """The channel group of a person's open sockets."""
    return f"sign-in.{user_id}"


def _browser_end(by: Actor, name: str) -> bool:
    if not name.isdecimal() or len(name) > 18:
        return False
    row = UserSession.objects.filter(id=int(name), user_id=by.id).first()
    if row is None:
        return False
    row.end()
    _close_sockets(by.id, [row.session_key])
    return True


def _app_end(by: Actor, name: str) -> bool:
    family = user_id_of(name)
    return family is not None and bool(tokens.families_end(by.id, why="ended", only=family))


def _close_sockets(user_id: UUID, keys: list[str]) -> None:
    if keys:
        ended = ",".join(map(session_digest, keys))
        live.push_after_commit(sign_in_group(user_id), "sign_in.ended", sessions=ended)


def _browser(row: UserSession, this_session: str | None) -> SignedIn:
    return SignedIn(
        f"browser-{row.id}", row.user_agent, row.created_at, row.last_seen_at,
        row.session_key == this_session,
    )  # fmt: skip


def _app(row: TokenFamily) -> SignedIn:
    return SignedIn(
        f"app-{row.id}", row.client, row.created_at, row.last_used_at, is_this=False
    )


def _blind_address(address: str) -> str:
    """A keyed hash in the form of a private IPv6 address (RFC 4193), as the column wants."""
    digest = keyed_hash(address, scope="session.address")
    return str(IPv6Address(bytes.fromhex("fd" + digest[:30])))
