"""What is refused of an upload before its body is looked at."""

from collections.abc import Mapping

from documents.services import demand_size

# Boundaries and the other fields of a form around the file.
FORM_ROOM = 64 * 1024


def demand_announced_size(meta: Mapping[str, str]) -> None:
    """Refuse by Content-Length, so that a body too large is never taken apart."""
    announced = str(meta.get("CONTENT_LENGTH") or 0)
    if announced.isdigit():
        demand_size(int(announced) - FORM_ROOM)
