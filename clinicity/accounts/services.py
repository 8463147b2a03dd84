"""Making users, and signing them in: one service for the browser and the API."""

from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, NoReturn
from uuid import UUID

from django.contrib.auth.hashers import check_password, make_password
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from clinicity.accounts import factors, sessions, throttles
from clinicity.accounts.challenges import MfaRequired, challenge_open, required_for
from clinicity.accounts.factors import Proof, WrongCode
from clinicity.accounts.models import EMAIL_SCOPE, User
from clinicity.audit import services as audit
from clinicity.common import clock
from clinicity.common.actors import SERVICES, SYSTEM, Actor, Role
from clinicity.common.exceptions import Conflict, DomainError, Invalid, NotFound, Refused
from clinicity.privacy.pseudonyms import blind_index, keyed_hash

__all__ = ["MfaRequired", "Proof", "WrongCode", "sign_in"]
# Compared against when the account is unknown, so that both answers take as long.
NOBODY = make_password("nobody signs in with this")


class WrongCredentials(DomainError):
    type = "wrong-credentials"
    title = "The e-mail address or the password is wrong."
    status = HTTPStatus.UNAUTHORIZED


@dataclass(frozen=True)
class Credentials:
    """What someone typed, and from where."""

    email: str
    password: str
    address: str


def sign_in(credentials: Credentials) -> User:
    """Check a password; raises `WrongCredentials`, `Throttled`, `CounterAway`, `MfaRequired`.

    Whether there is such an account, none of the answers tells: not by their words, not by
    when they lock, and hardly by how long they take.
    """
    index = blind_index(credentials.email, scope=EMAIL_SCOPE)
    _demand_tries(throttles.SIGN_IN_BY_ADDRESS, credentials.address)
    _demand_tries(throttles.SIGN_IN_BY_ACCOUNT, index)
    user: User | None = User.objects.filter(email_index=index, is_active=True).first()
    if not check_password(credentials.password, user.password if user else NOBODY) or not user:
        _refuse(user)
    throttles.clear(throttles.SIGN_IN_BY_ACCOUNT, index)
    return admit(user, how="password")


def admit(user: User, *, how: str) -> User:
    """The user, signed in by a first factor; raises `MfaRequired` when another must follow."""
    methods = factors.methods_of(user)
    if methods or user.mfa_required:
        raise required_for(user, methods)
    _note_sign_in(user, how)
    return user


def second_factor(challenge: str, proof: Proof) -> User:
    """Meet a challenge; raises `WrongCode`, `ChallengeOver`, `Throttled` or `CounterAway`."""
    with transaction.atomic():
        row = challenge_open(challenge, lock=True)
        user, how = row.user, ""
        _demand_tries(throttles.SECOND_FACTOR_BY_ACCOUNT, str(user.id))
        how = factors.factor_shown(user, proof, row.passkey_state)
        if how:
            row.used_at = clock.now()
            _note_sign_in(user, f"password+{how}")
        else:
            row.failures += 1
        row.save(update_fields=["used_at", "failures"])
    if not how:
        _refuse_code(user, "account.second_factor")
    throttles.clear(throttles.SECOND_FACTOR_BY_ACCOUNT, str(user.id))
    return user


@transaction.atomic
def first_factor_set_up(challenge: str, code: str) -> tuple[User, list[str]]:
    """Sign in who must have a second factor, by setting up their authenticator app.

    Returns the user and their recovery codes, told only now.
    """
    row = challenge_open(challenge, lock=True)
    if not row.secret:
        raise Refused("Your account has a second factor already.")
    factors.totp_activate(by=row.user.actor, secret=row.secret, code=code)
    codes = factors.recovery_codes_make(by=row.user.actor)
    row.used_at = clock.now()
    row.save(update_fields=["used_at"])
    _note_sign_in(row.user, "password+code")
    return row.user, codes


def step_up(
    *, by: Actor, password: str = "", proof: Proof | None = None,
    state: dict[str, Any] | None = None,
) -> None:  # fmt: skip
    """Prove once more who one is, by password or second factor.

    Raises `WrongCredentials`, `WrongCode`, `Throttled` or `CounterAway`.
    """
    _demand_tries(throttles.STEP_UP_BY_ACCOUNT, str(by.id))
    user: User | None = User.objects.filter(id=by.id, is_active=True).first()
    if user is None:
        raise WrongCredentials("Sign in again.")
    if proof:
        if not factors.factor_shown(user, proof, state):
            _refuse_code(user, "account.step_up")
    elif not check_password(password, user.password):
        audit.record_refusal(by=by, act="account.step_up", subject="user", subject_id=by.id)
        raise WrongCredentials("Check your password and try again.")
    throttles.clear(throttles.STEP_UP_BY_ACCOUNT, str(by.id))
    audit.record(by=by, act="account.step_up", subject="user", subject_id=by.id)


def password_change(*, by: Actor, old: str, new: str, keep_session: str = "") -> User:
    """Change one's own password. Every other sign-in of the user ends with it."""
    _demand_tries(throttles.STEP_UP_BY_ACCOUNT, str(by.id))
    user: User | None = User.objects.filter(id=by.id, is_active=True).first()
    if user is None or not check_password(old, user.password):
        act = "account.password_change"
        audit.record_refusal(by=by, act=act, subject="user", subject_id=by.id)
        raise WrongCredentials("Check your present password and try again.")
    _demand_good_password(new, user)
    with transaction.atomic():
        user.password = make_password(new)
        user.save(update_fields=["password"])
        ended = sessions.sessions_end(by=by, keep=keep_session, why="password")
        audit.record(
            by=by, act="account.password_change", subject="user", subject_id=by.id,
            ended=ended,
        )  # fmt: skip
    throttles.clear(throttles.STEP_UP_BY_ACCOUNT, str(by.id))
    return user


@transaction.atomic
def user_deactivate(*, by: Actor, user_id: UUID) -> None:
    """Let someone in no more: their sessions, tokens and sockets end now. Admins only."""
    user = _other(by, user_id)
    user.is_active = False
    user.save(update_fields=["is_active"])
    sessions.sessions_end(by=by, of=user.id, why="deactivated")
    audit.record(by=by, act="account.deactivate", subject="user", subject_id=user.id)


@transaction.atomic
def user_activate(*, by: Actor, user_id: UUID) -> None:
    user = _other(by, user_id)
    user.is_active = True
    user.save(update_fields=["is_active"])
    audit.record(by=by, act="account.activate", subject="user", subject_id=user.id)


@transaction.atomic
def factors_reset(*, by: Actor, user_id: UUID) -> None:
    """For who lost phone and codes: take their second factors away. Admins only.

    They sign in with their password and, where they must have a factor, set one up anew.
    """
    user = _other(by, user_id)
    factors.factors_clear(user)
    sessions.sessions_end(by=by, of=user.id, why="factors-reset")
    audit.record(by=by, act="account.factors_reset", subject="user", subject_id=user.id)


@transaction.atomic
def factor_demand(*, by: Actor, user_id: UUID) -> None:
    """From the next sign-in on, this user must have a second factor. Admins only."""
    user = _other(by, user_id)
    user.mfa_required = True
    user.save(update_fields=["mfa_required"])
    audit.record(by=by, act="account.factor_demand", subject="user", subject_id=user.id)


def _other(by: Actor, user_id: UUID) -> User:
    """Someone else's account, locked, for an admin to change."""
    if by.role not in (Role.ADMIN, Role.SERVICE):
        raise Refused("Only admins change accounts.")
    if user_id == by.id:
        raise Refused("Ask another admin to change your own account.")
    user: User | None = User.objects.select_for_update().filter(id=user_id).first()
    if user is None or user.role == Role.SERVICE:
        raise NotFound("There is no such account.")
    return user


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
    user = User(
        email=email.strip(),
        email_index=blind_index(email, scope=EMAIL_SCOPE),
        display_name=display_name.strip(),
        role=role,
        password=make_password(password),
    )
    _demand_good_password(password, user)
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


def _demand_good_password(password: str, user: User) -> None:
    try:
        validate_password(password, user)
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


def _refuse_code(user: User, act: str) -> NoReturn:
    audit.record_refusal(by=user.actor, act=act, subject="user", subject_id=user.id)
    raise WrongCode("Check it and try again.")


def _demand_tries(limit: throttles.Limit, key: str) -> None:
    """Count a try; the one that locks is recorded, the many after it are not."""
    try:
        throttles.demand(limit, key)
    except throttles.Throttled as locked:
        if locked.is_first:
            audit.record_refusal(
                by=SYSTEM, act="account.lockout", subject="user", limit=limit.name,
                key=keyed_hash(key, scope="lockout"),
            )  # fmt: skip
        raise


def _note_sign_in(user: User, how: str) -> None:
    with transaction.atomic():
        User.objects.filter(id=user.id).update(last_login=clock.now())
        audit.record(
            by=user.actor, act="account.sign_in", subject="user", subject_id=user.id, how=how
        )
