"""What happened to an account, in words for its owner."""

from dataclasses import dataclass
from datetime import datetime

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from clinicity.accounts.selectors import OwnAct

DONE: dict[str, str | Promise] = {
    "sign_in": _("Signed in"),
    "sign_out": _("Signed out"),
    "step_up": _("Confirmed that it is you"),
    "password_change": _("Password changed"),
    "totp_add": _("Authenticator app set up"),
    "totp_remove": _("Authenticator app removed"),
    "passkey_add": _("Passkey added"),
    "passkey_remove": _("Passkey removed"),
    "recovery_codes_make": _("Recovery codes made"),
    "session_end": _("Signed out in one place"),
    "sessions_end": _("Signed out everywhere"),
    "session_expire": _("Session ended after being idle"),
    "family_end": _("An app was signed out"),
    "oidc_link": _("Linked to the sign-in provider"),
}
REFUSED: dict[str, str | Promise] = {
    "sign_in": _("A wrong password was tried"),
    "second_factor": _("A wrong code or passkey was tried"),
    "step_up": _("A confirmation failed"),
    "password_change": _("A password change failed"),
}


@dataclass(frozen=True)
class Told:
    words: str | Promise
    at: datetime
    is_bad: bool


def acts_told(acts: list[OwnAct]) -> list[Told]:
    """Each act in words; those that say nothing to their owner are left out."""
    found = []
    for act in acts:
        name = act.act.removeprefix("account.")
        if words := (REFUSED if act.refused else DONE).get(name):
            found.append(Told(words, act.at, act.refused))
    return found
