"""What django-allauth asks of a project: how its parts keep our secrets.

Its pages and its sign-in flow are not used: they know a user by a plain e-mail address and
keep it in tables and sessions. Beneath our own pages work its second factors, its list of
sessions and its OpenID Connect client.
"""

import base64
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings

from clinicity.privacy import keyring

AAD = b"clinicity|mfa_authenticator|data"


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Nobody signs up by themselves, and nothing is mailed from here."""

    def is_open_for_signup(self, request: Any) -> bool:
        return False

    def send_mail(self, *args: Any, **kwargs: Any) -> None:
        """Mail would carry the address in plain."""


class MfaAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Seals secrets under the system's data key, and names users without their address."""

    def encrypt(self, text: str) -> str:
        return base64.b64encode(keyring.seal(keyring.SYSTEM, text.encode(), aad=AAD)).decode()

    def decrypt(self, encrypted_text: str) -> str:
        blob = base64.b64decode(encrypted_text)
        return keyring.unseal(keyring.SYSTEM, blob, aad=AAD).decode()

    def get_totp_label(self, user: Any) -> str:
        """Only the owner sees it, in a picture that is never stored."""
        return str(user.email)

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        request: Any = context.request
        host = request.get_host().partition(":")[0]
        return {"id": settings.WEBAUTHN_RP_ID or host, "name": "Clinicity"}

    def get_public_key_credential_user_entity(self, user: Any) -> dict[str, Any]:
        name = user.display_name
        return {"id": user.id.bytes, "display_name": name, "name": str(user.email)}


class SocialAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Providers come from the environment alone, never from rows."""

    def is_open_for_signup(self, request: Any, sociallogin: Any) -> bool:
        return False
