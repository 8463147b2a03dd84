"""`acting_as`: the second wall. One short transaction per domain call.

It sets the actor for PostgreSQL's row security, locally to the transaction, and
takes it back on exit. It never spans a network or model call. Outside of it every
query on patients' tables raises, because the policies demand an actor.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from enum import Enum
from uuid import UUID

from django.db import connection, transaction

from clinicity.common.actors import Actor
from clinicity.common.pipeline import Ask

SET = "SELECT set_config('clinicity.actor', %s, true), set_config('clinicity.scope', %s, true)"


class Scope(Enum):
    """A scope wider than one patient, that a service must ask for by name."""

    ALL_PATIENTS = "all"


@dataclass(frozen=True, slots=True)
class _Acting:
    actor: Actor
    scope: str


_acting: ContextVar[_Acting | None] = ContextVar("acting", default=None)


@contextmanager
def acting_as(actor: Actor, scope: UUID | Scope | None = None) -> Iterator[None]:
    """Run the block as `actor`, on one patient where `scope` names them.

    A service sees nobody else; a person sees the patient if they are one of theirs. Without
    a scope, each statement lists all patients of a person, which grows with their number.
    Joins the caller's transaction when the same actor already acts.
    """
    outer = _acting.get()
    mine = _Acting(actor, _scope_text(scope) or _inherited(outer, actor))
    if outer == mine and connection.in_atomic_block:
        yield
        return
    with transaction.atomic():
        _tell_database(mine)
        token = _acting.set(mine)
        try:
            yield
        finally:
            _acting.reset(token)
        # A rollback takes the setting back by itself, with the savepoint.
        if not connection.needs_rollback:
            _tell_database(outer)


def act(ask: Ask, actor_id: UUID | None, patients: Iterable[UUID] = ()) -> None:
    """Say in a pipeline who acts from its next statement on, until the transaction ends.

    For a group of requests of several actors that is stored in one transaction; a service
    names the patients that it works for, each of whom was checked for its own actor.
    """
    scope = ",".join(map(str, patients))
    ask(SET, [str(actor_id or ""), scope])


def _inherited(outer: _Acting | None, actor: Actor) -> str:
    return outer.scope if outer and outer.actor == actor else ""


def _scope_text(scope: UUID | Scope | None) -> str:
    if isinstance(scope, Scope):
        return scope.value
    return str(scope) if scope else ""


def _tell_database(acting: _Acting | None) -> None:
    actor_id, scope = (str(acting.actor.id), acting.scope) if acting else ("", "")
    with connection.cursor() as cursor:
        cursor.execute(SET, [actor_id, scope])
