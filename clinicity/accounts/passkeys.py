"""Passkeys (WebAuthn level 2): registering one, and being shown one. Nothing is saved here.

The server's half is `fido2`, configured by django-allauth with our adapter. What a passkey
has to sign (`state`) is kept by the caller between the two steps.
"""

from collections.abc import Mapping
from typing import Any

from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth
from fido2.webauthn import (
    AuthenticationResponse,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from clinicity.accounts.models import User

Json = dict[str, Any]
VERIFICATION = UserVerificationRequirement.PREFERRED


def registration_begin(user: User) -> tuple[Json, Json]:
    """Options for `navigator.credentials.create`, and the state to keep."""
    options, state = auth.get_server().register_begin(
        user=auth.build_user_payload(user), credentials=auth.get_credentials(user),
        resident_key_requirement=ResidentKeyRequirement.PREFERRED,
        user_verification=VERIFICATION,
    )  # fmt: skip
    return dict(options), state


def registration_holds(state: Json, credential: Mapping[str, Any]) -> bool:
    """Whether the new passkey signed what we asked, at our own address."""
    try:
        RegistrationResponse.from_dict(credential)
        auth.get_server().register_complete(state, credential)
    except (ValueError, TypeError, KeyError):
        return False
    return True


def assertion_begin(user: User) -> tuple[Json, Json]:
    """Options for `navigator.credentials.get`, and the state to keep."""
    options, state = auth.get_server().authenticate_begin(
        credentials=auth.get_credentials(user), user_verification=VERIFICATION
    )
    return dict(options), state


def passkey_shown(
    user: User, state: Json | None, credential: Mapping[str, Any]
) -> Authenticator | None:
    """The user's passkey that signed what we asked, or None."""
    if not state:
        return None
    try:
        signed = AuthenticationResponse.from_dict(credential).response.authenticator_data
        known = auth.get_credentials(user)
        shown = auth.get_server().authenticate_complete(state, known, credential)
    except (ValueError, TypeError, KeyError):
        return None
    row: Authenticator | None = auth.get_authenticator_by_credential_id(
        user, shown.credential_id
    )
    return row if row and _counts_on(row, signed.counter) else None


def _counts_on(row: Authenticator, counter: int) -> bool:
    """Whether the key's own counter has grown: a copy of the key would lag behind.

    Keys that don't count say 0 each time (WebAuthn level 2, 7.2 step 21).
    """
    before = row.data.get("counter", row.wrap().authenticator_data.counter)
    if (counter or before) and counter <= before:
        return False
    row.data["counter"] = counter
    return True
