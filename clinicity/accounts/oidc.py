"""Signing in through an OpenID Connect provider: who a verified identity is here.

The provider's `sub` is kept as a keyed hash, and nothing else of what it says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from allauth.socialaccount.models import SocialAccount
from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction

from clinicity.accounts import services
from clinicity.accounts.models import EMAIL_SCOPE, User
from clinicity.audit import services as audit
from clinicity.common import clock
from clinicity.common.actors import SYSTEM, Actor, Role
from clinicity.common.exceptions import DomainError
from clinicity.privacy.pseudonyms import blind_index, keyed_hash

PROVIDER = "oidc"
# An account with these rights is made by a person, never by a provider's word.
NEVER_MADE = (Role.ADMIN, Role.AUDITOR, Role.SERVICE, Role.DEVICE)


class NoAccount(DomainError):
    type = "no-account"
    title = "You have no account here yet."
    status = HTTPStatus.FORBIDDEN


class NotAnew(DomainError):
    type = "not-confirmed"
    title = "The provider did not confirm that it is you."
    status = HTTPStatus.UNAUTHORIZED


@dataclass(frozen=True)
class Identity:
    """What a signed id_token said."""

    issuer: str
    subject: str
    email: str = ""
    email_verified: bool = False
    name: str = ""
    # When the provider last asked them who they are; seconds of the epoch.
    auth_time: float = 0


def identity_of(claims: Mapping[str, Any]) -> Identity:
    """The parts of an id_token's claims that count here."""
    return Identity(
        str(claims["iss"]), str(claims["sub"]), str(claims.get("email") or ""),
        claims.get("email_verified") is True, str(claims.get("name") or ""),
        float(claims.get("auth_time") or 0),
    )  # fmt: skip


def sign_in(identity: Identity) -> User:
    """Sign in who the provider vouches for; raises `NoAccount` or `MfaRequired`."""
    user = _linked(identity) or _by_email(identity) or _made(identity)
    if user is None or not user.is_active:
        audit.record_refusal(
            by=SYSTEM, act="account.oidc_sign_in", subject="user",
            subject_id=user.id if user else None,
        )  # fmt: skip
        raise NoAccount("Ask an administrator to make one and to link it.")
    return services.admit(user, how="oidc")


def confirm(*, by: Actor, identity: Identity) -> None:
    """Step-up: the provider has asked the same person anew just now; raises `NotAnew`."""
    user = _linked(identity)
    age = clock.now().timestamp() - identity.auth_time
    if user is None or user.id != by.id or age > settings.STEP_UP_SECONDS:
        audit.record_refusal(by=by, act="account.step_up", subject="user", subject_id=by.id)
        raise NotAnew("Confirm it to the provider as yourself, and try again.")
    audit.record(by=by, act="account.step_up", subject="user", subject_id=by.id, how="oidc")


def is_linked(user: User) -> bool:
    """Whether the user can confirm by the provider."""
    linked = SocialAccount.objects.filter(provider=PROVIDER, user_id=user.id)
    return bool(settings.OIDC_SERVER_URL) and linked.exists()


def _linked(identity: Identity) -> User | None:
    rows = SocialAccount.objects.select_related("user")
    found = rows.filter(provider=PROVIDER, uid=_uid(identity)).first()
    user: User | None = found.user if found else None
    return user


def _by_email(identity: Identity) -> User | None:
    """The account with this address, if the setting allows and the provider verified it."""
    if not (settings.OIDC_LINK_BY_EMAIL and identity.email and identity.email_verified):
        return None
    index = blind_index(identity.email, scope=EMAIL_SCOPE)
    user: User | None = User.objects.filter(email_index=index, is_active=True).first()
    if user and user.role != Role.SERVICE:
        _link(user, identity)
        return user
    return None


@transaction.atomic
def _made(identity: Identity) -> User | None:
    """A new account, if the setting names a role and nobody has the address."""
    wanted = settings.OIDC_CREATE_ROLE
    if not (wanted and identity.email and identity.email_verified):
        return None
    role = Role(wanted)
    if role in NEVER_MADE:
        return None
    user = User(
        email=identity.email, email_index=blind_index(identity.email, scope=EMAIL_SCOPE),
        display_name=identity.name or identity.email, role=role, password=make_password(None),
    )  # fmt: skip
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError:  # the address has an account that must not be linked by itself
        return None
    audit.record(by=SYSTEM, act="account.create", subject="user", subject_id=user.id, role=role)
    _link(user, identity)
    return user


@transaction.atomic
def _link(user: User, identity: Identity) -> None:
    SocialAccount.objects.create(user=user, provider=PROVIDER, uid=_uid(identity))
    audit.record(by=user.actor, act="account.oidc_link", subject="user", subject_id=user.id)


def _uid(identity: Identity) -> str:
    return keyed_hash(f"{identity.issuer}\x00{identity.subject}", scope="oidc.subject")
