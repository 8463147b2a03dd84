"""One page of a list. Selectors return pages, never lazy querysets."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from clinicity.common.exceptions import Invalid

T = TypeVar("T")
S = TypeVar("S")
PAGE_SIZE = 50


@dataclass(frozen=True)
class Page(Generic[T]):
    """`next_cursor` is the id to continue after, or None at the end."""

    items: Sequence[T]
    next_cursor: str | None = None

    def map(self, change: Callable[[T], S]) -> "Page[S]":
        return Page([change(item) for item in self.items], self.next_cursor)


def page_of(rows: Sequence[T], *, size: int, key: Callable[[T], object]) -> Page[T]:
    """Make a page from `size` + 1 rows that a selector has fetched."""
    shown = list(rows[:size])
    more = len(rows) > size
    return Page(shown, str(key(shown[-1])) if more else None)


def cursor_id(cursor: str | None) -> UUID | None:
    """Parse the cursor of a list that is ordered by id."""
    if not cursor:
        return None
    try:
        return UUID(cursor)
    except ValueError as error:
        raise Invalid("The cursor is not one that this list gave.") from error
