"""A right password that waits for its second factor: one short-lived, one-use challenge.

The row is the truth for browser and API alike; the browser's session holds only its text.
"""

import secrets
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from clinicity.accounts import factors, passkeys
from clinicity.accounts.models import SignInChallenge, User
from clinicity.common import clock
from clinicity.common.exceptions import DomainError
from clinicity.privacy.pseudonyms import keyed_hash

VALID_FOR = timedelta(minutes=5)
MOST_FAILURES = 5


class ChallengeOver(DomainError):
    type = "challenge-over"
    title = "This sign-in has ended."
    status = HTTPStatus.UNAUTHORIZED


class MfaRequired(DomainError):
    """The password was right; a second factor must follow."""

    type = "mfa-required"
    title = "A second factor is required."
    status = HTTPStatus.UNAUTHORIZED


def required_for(user: User, methods: list[str]) -> MfaRequired:
    """What to answer after a right password: a new challenge, and how to meet it."""
    text = secrets.token_urlsafe(32)
    SignInChallenge.objects.filter(expires_at__lt=clock.now() - VALID_FOR).delete()
    SignInChallenge.objects.create(
        user=user, digest=_digest(text), expires_at=clock.now() + VALID_FOR,
        secret=None if methods else factors.new_secret(),
    )  # fmt: skip
    say = "Give the code of your authenticator, a recovery code or your passkey."
    if not methods:
        say = "Your account must have a second factor: sign in on the page and set one up."
    seconds = int(VALID_FOR.total_seconds())
    return MfaRequired(
        say, mfa_required=True, challenge=text, methods=methods, expires_in=seconds
    )


def challenge_open(text: str, *, lock: bool = False) -> SignInChallenge:
    """The challenge, if it may still be met; raises `ChallengeOver`."""
    rows = SignInChallenge.objects.select_related("user")
    rows = rows.select_for_update(of=("self",)) if lock else rows
    row: SignInChallenge | None = rows.filter(
        digest=_digest(text), used_at__isnull=True, expires_at__gt=clock.now(),
        failures__lt=MOST_FAILURES, user__is_active=True,
    ).first()  # fmt: skip
    if row is None:
        raise ChallengeOver("Sign in again with your password.")
    return row


def passkey_options(text: str) -> dict[str, Any]:
    """What the user's passkey is to sign, kept with the challenge."""
    row = challenge_open(text)
    options, state = passkeys.assertion_begin(row.user)
    SignInChallenge.objects.filter(id=row.id).update(passkey_state=state)
    return options


def _digest(text: str) -> str:
    return keyed_hash(text, scope="sign-in.challenge")
