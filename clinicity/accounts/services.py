"""Making users, and signing them in: one service for the browser and the API."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import NoReturn
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from clinicity.accounts import throttles
from clinicity.accounts.models import EMAIL_SCOPE, User
from clinicity.audit import services as audit
from clinicity.common import clock
from clinicity.common.actors import SERVICES, SYSTEM, Actor, Role
from clinicity.common.exceptions import Conflict, DomainError, Invalid, Refused
from clinicity.privacy.pseudonyms import blind_index

# Compared against when the account is unknown, so that both answers take as long.
NOBODY = make_password("nobody signs in with this")


class WrongCredentials(DomainError):
    type = "wrong-credentials"
    title = "The e-mail address or the password is wrong."
    status = HTTPStatus.UNAUTHORIZED


class MfaRequired(DomainError):
    """The password was right; a second factor must follow."""

    type = "mfa-required"
    title = "A second factor is required."
    status = HTTPStatus.UNAUTHORIZED


@dataclass(frozen=True)
class Credentials:
    """What someone typed, and from where."""

    email: str
    password: str
    address: str


def sign_in(credentials: Credentials) -> User:
    """Check a password; raises `WrongCredentials`, `Throttled` or `MfaRequired`."""
    index = blind_index(credentials.email, scope=EMAIL_SCOPE)
    throttles.demand(throttles.SIGN_IN_BY_ADDRESS, credentials.address)
    throttles.demand(throttles.SIGN_IN_BY_ACCOUNT, index)
    user: User | None = User.objects.filter(email_index=index, is_active=True).first()
    if not check_password(credentials.password, user.password if user else NOBODY) or not user:
        _refuse(user)
    throttles.clear(throttles.SIGN_IN_BY_ACCOUNT, index)
    if user.mfa_required:
        raise MfaRequired("Give the code of your authenticator.", mfa_required=True)
    _note_sign_in(user)
    return user


def step_up(*, by: Actor, password: str) -> None:
    """Prove once more who one is; raises `WrongCredentials` or `Throttled`."""
    throttles.demand(throttles.STEP_UP_BY_ACCOUNT, str(by.id))
    user: User | None = User.objects.filter(id=by.id, is_active=True).first()
    if user is None or not check_password(password, user.password):
        audit.record_refusal(by=by, act="account.step_up", subject="user", subject_id=by.id)
        raise WrongCredentials("Check your password and try again.")
    throttles.clear(throttles.STEP_UP_BY_ACCOUNT, str(by.id))
    audit.record(by=by, act="account.step_up", subject="user", subject_id=by.id)


def sign_out(*, by: Actor) -> None:
    """Record that a session was ended by its owner."""
    audit.record(by=by, act="account.sign_out", subject="user", subject_id=by.id)


@transaction.atomic
def user_create(*, by: Actor, email: str, password: str, display_name: str, role: Role) -> User:
    """Make a user who can sign in. Only admins and the system may."""
    if by.role not in (Role.ADMIN, Role.SERVICE):
        raise Refused("Only admins make accounts.")
    if role == Role.SERVICE:
        raise Invalid("A service works inside: nobody signs in as one.")
    _demand_good_password(password)
    user = User(
        email=email.strip(),
        email_index=blind_index(email, scope=EMAIL_SCOPE),
        display_name=display_name.strip(),
        role=role,
        password=make_password(password),
    )
    try:
        with transaction.atomic():
            user.save(force_insert=True)
    except IntegrityError as error:
        raise Conflict("There is an account with this e-mail address already.") from error
    audit.record(by=by, act="account.create", subject="user", subject_id=user.id, role=role)
    return user


@transaction.atomic
def service_users_ensure() -> None:
    """Give every named service its user row, without a password."""
    for name, actor in SERVICES.items():
        if not User.objects.filter(id=actor.id).exists():
            _service_user(actor, name).save(force_insert=True)


def _service_user(actor: Actor, name: str) -> User:
    return User(
        id=actor.id,
        email=f"{name}@service.invalid",
        email_index=blind_index(f"{name}@service.invalid", scope=EMAIL_SCOPE),
        display_name=name,
        role=Role.SERVICE,
        password=make_password(None),
    )


def _demand_good_password(password: str) -> None:
    try:
        validate_password(password)
    except ValidationError as error:
        raise Invalid(" ".join(error.messages)) from error


def _refuse(user: User | None) -> NoReturn:
    subject_id: UUID | None = user.id if user else None
    audit.record_refusal(
        by=user.actor if user else SYSTEM,
        act="account.sign_in",
        subject="user",
        subject_id=subject_id,
    )
    raise WrongCredentials("Check both and try again.")


def _note_sign_in(user: User) -> None:
    with transaction.atomic():
        User.objects.filter(id=user.id).update(last_login=clock.now())
        audit.record(by=user.actor, act="account.sign_in", subject="user", subject_id=user.id)
