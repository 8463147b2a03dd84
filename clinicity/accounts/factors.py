"""Second factors: which a user has, checking one, setting up and taking away.

An authenticator app (RFC 6238), recovery codes, passkeys. The rows are django-allauth's;
every secret in them is sealed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from http import HTTPStatus
from typing import Any

from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret, validate_totp_code
from django.db import transaction

from clinicity.accounts import passkeys, throttles
from clinicity.accounts.models import User
from clinicity.audit import services as audit
from clinicity.common import clock
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Conflict, DomainError, NotFound, Refused
from clinicity.privacy.pseudonyms import keyed_hash

TYPE = Authenticator.Type
WORDS = {TYPE.TOTP: "code", TYPE.WEBAUTHN: "passkey", TYPE.RECOVERY_CODES: "recovery-code"}
# A code counts for a step before and after its own; used once, it is spent for longer.
SPENT_SECONDS = 120


class WrongCode(DomainError):
    type = "wrong-code"
    title = "The code or passkey is wrong."
    status = HTTPStatus.UNAUTHORIZED


@dataclass(frozen=True)
class Proof:
    """What someone shows: the code that they typed, or what their passkey signed."""

    code: str = ""
    credential: Mapping[str, Any] | None = None


@dataclass(frozen=True)
class Passkey:
    id: int
    name: str
    created_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True)
class Factors:
    """What a user has set up. Never a secret."""

    totp_since: datetime | None
    codes_left: int | None
    passkeys: tuple[Passkey, ...]

    @property
    def any(self) -> bool:
        return bool(self.totp_since or self.passkeys)


def methods_of(user: User) -> list[str]:
    """How the user may prove it a second time: `code`, `passkey`, `recovery-code`."""
    rows = Authenticator.objects.filter(user_id=user.id).values_list("type", flat=True)
    return sorted({WORDS[TYPE(kind)] for kind in rows})


def factors_of(actor: Actor) -> Factors:
    """The actor's own factors, for their security page."""
    rows = list(Authenticator.objects.filter(user_id=actor.id).order_by("id"))
    totp = next((row for row in rows if row.type == TYPE.TOTP), None)
    codes = next((row for row in rows if row.type == TYPE.RECOVERY_CODES), None)
    return Factors(
        totp.created_at if totp else None,
        len(codes.wrap().get_unused_codes()) if codes else None,
        tuple(_passkey(row) for row in rows if row.type == TYPE.WEBAUTHN),
    )


def factor_shown(user: User, proof: Proof, state: dict[str, Any] | None) -> str:
    """Which factor the proof is, spent by this; empty when it is none."""
    if proof.credential is not None:
        row = passkeys.passkey_shown(user, state, proof.credential)
        return _used(row) if row else ""
    for row in Authenticator.objects.filter(user_id=user.id).exclude(type=TYPE.WEBAUTHN):
        holds = _totp_holds if row.type == TYPE.TOTP else _recovery_code_holds
        if holds(row, proof.code):
            return _used(row)
    return ""


def new_secret() -> str:
    """A fresh secret for an authenticator app, in base32."""
    return str(generate_totp_secret())


def secret_picture(user: User, secret: str) -> str:
    """The secret as a QR code: an SVG without script or style."""
    adapter = get_adapter()
    svg = str(adapter.build_totp_svg(adapter.build_totp_url(user, secret)))
    return svg[svg.index("<svg") :]


@transaction.atomic
def totp_activate(*, by: Actor, secret: str, code: str) -> None:
    """Set up the authenticator app, once it has shown a right code; raises WrongCode."""
    user = _locked(by)
    if not validate_totp_code(secret, code):
        raise WrongCode("Wait for the next code of the app and type that in.")
    if Authenticator.objects.filter(user_id=by.id, type=TYPE.TOTP).exists():
        raise Conflict("There is an authenticator app already. Remove it first.")
    _demand_unspent(by, code)
    TOTP.activate(user, secret)
    _note(by, "account.totp_add")


@transaction.atomic
def passkey_add(
    *, by: Actor, name: str, credential: Mapping[str, Any], state: dict[str, Any]
) -> None:
    """Keep a new passkey; raises WrongCode when it didn't sign what we asked."""
    user = _locked(by)
    if not passkeys.registration_holds(state, credential):
        raise WrongCode("Start again and confirm with the passkey that you add.")
    sealed = get_adapter().encrypt(name)
    Authenticator.objects.create(
        user=user, type=TYPE.WEBAUTHN, data={"name": sealed, "credential": dict(credential)}
    )
    _note(by, "account.passkey_add")


@transaction.atomic
def recovery_codes_make(*, by: Actor) -> list[str]:
    """Ten new recovery codes, told only now; those from before don't count any more."""
    user = _locked(by)
    if not factors_of(by).any:
        raise Conflict("Set up an authenticator app or a passkey first.")
    Authenticator.objects.filter(user_id=by.id, type=TYPE.RECOVERY_CODES).delete()
    codes: list[str] = RecoveryCodes.activate(user).generate_codes()
    _note(by, "account.recovery_codes_make")
    return codes


@transaction.atomic
def totp_remove(*, by: Actor) -> None:
    """Take the authenticator app away; the recovery codes go with the last factor."""
    _remove(by, Authenticator.objects.filter(user_id=by.id, type=TYPE.TOTP))
    _note(by, "account.totp_remove")


@transaction.atomic
def passkey_remove(*, by: Actor, passkey_id: int) -> None:
    rows = Authenticator.objects.filter(user_id=by.id, type=TYPE.WEBAUTHN, id=passkey_id)
    _remove(by, rows)
    _note(by, "account.passkey_remove")


def factors_clear(user: User) -> None:
    """Take every factor away; the caller records why."""
    Authenticator.objects.filter(user_id=user.id).delete()


def _remove(by: Actor, rows: Any) -> None:
    user = _locked(by)
    if not rows.delete()[0]:
        raise NotFound("It was removed already.")
    if factors_of(by).any:
        return
    if user.mfa_required:
        raise Refused("Your account must keep a second factor. Add another one first.")
    Authenticator.objects.filter(user_id=by.id).delete()


def _locked(by: Actor) -> User:
    """The user's row, so that two changes of their factors follow each other."""
    user: User = User.objects.select_for_update().get(id=by.id)
    return user


def _totp_holds(row: Authenticator, code: str) -> bool:
    secret = get_adapter().decrypt(row.data["secret"])
    return validate_totp_code(secret, code) and _is_unspent(row.user_id, code)


def _recovery_code_holds(row: Authenticator, code: str) -> bool:
    return bool(code) and bool(row.wrap().validate_code(code))


def _is_unspent(user_id: object, code: str) -> bool:
    name = keyed_hash(f"{user_id}:{''.join(filter(str.isalnum, code))}", scope="totp.spent")
    return throttles.demand_once(f"totp:{name}", seconds=SPENT_SECONDS)


def _demand_unspent(by: Actor, code: str) -> None:
    if not _is_unspent(by.id, code):
        raise WrongCode("This code was used already. Wait for the next one.")


def _used(row: Authenticator) -> str:
    row.last_used_at = clock.now()
    counted = ["data"] if row.type == TYPE.WEBAUTHN else []
    row.save(update_fields=["last_used_at", *counted])
    return WORDS[TYPE(row.type)]


def _passkey(row: Authenticator) -> Passkey:
    name = get_adapter().decrypt(row.data["name"])
    return Passkey(row.id, name, row.created_at, row.last_used_at)


def _note(by: Actor, act: str) -> None:
    audit.record(by=by, act=act, subject="user", subject_id=by.id)
