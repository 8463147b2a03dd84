"""Files about several people."""

from collections.abc import Sequence

from biometrics.importers.base import Unreadable


def chosen_person(people: Sequence[str], person: str) -> str:
    """The one to read; raises Unreadable where the choice is open or not there."""
    if person in people:
        return person
    if not person and len(people) == 1:
        return people[0]
    named = ", ".join(people[:5]) + (" …" if len(people) > 5 else "")
    if not person:
        raise Unreadable(f"This is about {len(people)} people. Choose one of them: {named}.")
    raise Unreadable(f"There is no {person!r} in it, but {named}.")
