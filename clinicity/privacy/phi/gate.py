"""The door to external models: no text passes before it is sanitised. Closed when in doubt."""

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

from django.conf import settings

from clinicity.privacy.phi.pseudonymiser import Sanitised, sanitise
from clinicity.privacy.pseudonyms import keyed_hash


class NotSanitised(PermissionError):
    """Text on its way to an external model without being sanitised."""


def demand_sanitised(endpoint: str) -> None:
    """Raise `NotSanitised` unless sanitising is on or `endpoint` is of this machine."""
    if not (settings.PHI_SANITIZATION_ENABLED is True or is_local(endpoint)):
        raise NotSanitised(
            "Text doesn't leave for an external model while PHI_SANITIZATION_ENABLED is off."
        )


def outbound(
    text: str, known: Iterable[str] = (), *, endpoint: str, scope: str = ""
) -> Sanitised:
    """What may be sent to `endpoint`, and the mapping that `restore` needs for the answer.

    A model on this machine gets the text as it is; everybody else gets placeholders. The
    same value gets another placeholder in another `scope`, so that nobody outside can tell
    that two of them speak of one person.
    """
    demand_sanitised(endpoint)
    if is_local(endpoint):
        return Sanitised(text, {})
    if not settings.HASH_SECRET:
        raise NotSanitised("HASH_SECRET is empty: without it placeholders could be guessed.")
    return sanitise(text, known=known, secret=keyed_hash(scope, scope="outbound"))


def is_local(endpoint: str) -> bool:
    """Whether the URL names this very machine; a name that must be looked up does not."""
    try:
        host = urlsplit(endpoint).hostname or ""
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
