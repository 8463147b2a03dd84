"""What every page's frame shows."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from clinicity.accounts.models import User
from clinicity.audit.permissions import may_read_trail
from clinicity.audit.selectors import security_alerts_open
from clinicity.common.actors import Actor, Role
from patients.permissions import STAFF

Words = str | Promise


@dataclass(frozen=True)
class Place:
    """One entry of the rail. `live` names the count that a socket keeps up to date."""

    label: Words
    icon: str
    name: str
    live: str = ""
    more: bool = False


CLINICAL = (
    Place(_("Today"), "today", "portal:today"),
    Place(_("Patients"), "people", "portal:patients"),
    Place(_("Alerts"), "bell", "alerts:inbox", live="alerts"),
    Place(_("Documents"), "document", "documents:list"),
    Place(_("Chat"), "chat", "agents:chats"),
    Place(_("Tasks"), "tasks", "portal:tasks"),
)
SECURITY = "portal:audit_alerts"
OVERSIGHT = (
    Place(_("Audit"), "audit", "portal:audit", more=True),
    Place(_("Unusual access"), "lock", SECURITY, more=True),
    Place(_("Reviews"), "warning", "patients:reviews", more=True),
)
ADMINS = (Place(_("Erasures"), "trash", "patients:erasures", more=True),)


def frame(request: HttpRequest) -> dict[str, Any]:
    """`rail`, `demo` and what the actor's role may reach."""
    user = getattr(request, "user", None)
    if not isinstance(user, User):
        return {"demo": settings.DEMO, "rail": [], "may_read_patients": False}
    waiting = SimpleLazyObject(lambda: security_alerts_open(user.actor))
    return {
        "demo": settings.DEMO,
        "rail": _rail(user.actor, request, waiting),
        "security_open": waiting,
        "may_read_patients": user.actor.role in STAFF,
    }


def _rail(actor: Actor, request: HttpRequest, waiting: object) -> list[dict[str, Any]]:
    """The places; how many unusual accesses wait stands beside theirs."""
    entries = [entry for place in _places(actor) if (entry := _entry(place, request))]
    for entry in entries:
        if entry["name"] == SECURITY:
            entry["count"] = waiting
        # Who has no clinical places has room for these, on a phone as well.
        entry["more"] = entry["more"] and actor.role in STAFF
    return entries


def _places(actor: Actor) -> tuple[Place, ...]:
    clinical = CLINICAL if actor.role in STAFF else ()
    oversight = OVERSIGHT if may_read_trail(actor) else ()
    return (*clinical, *oversight, *(ADMINS if actor.role == Role.ADMIN else ()))


def _entry(place: Place, request: HttpRequest) -> dict[str, Any] | None:
    """None while the room behind a place isn't built."""
    try:
        url = reverse(place.name)
    except NoReverseMatch:
        return None
    return {
        "name": place.name,
        "label": place.label,
        "icon": place.icon,
        "url": url,
        "live": place.live,
        "more": place.more,
        "current": _is_current(url, request.path),
    }


def _is_current(url: str, path: str) -> bool:
    if url == reverse("portal:today"):
        return path == url
    # Unusual access lies below the trail, and has a place of its own.
    below = url == reverse("portal:audit") and path.startswith(reverse(SECURITY))
    return path.startswith(url) and not below
