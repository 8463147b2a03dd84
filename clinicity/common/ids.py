"""Identifiers are made before rows are inserted, so they can be sealed into them."""

from uuid import UUID

import uuid_utils.compat


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562): sorts by the time it was made."""
    return uuid_utils.compat.uuid7()
