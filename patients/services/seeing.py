"""Row security lets nobody hide a row from themselves; here that is said in words."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import ProgrammingError, transaction

from clinicity.common.exceptions import Refused


@contextmanager
def still_seen() -> Iterator[None]:
    """Around a write that may change who sees the row."""
    try:
        with transaction.atomic():
            yield
    except ProgrammingError as error:
        raise Refused("You would not see this entry yourself any more.") from error
