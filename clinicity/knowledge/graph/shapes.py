"""What a patient's graph is made of, and what every store of it can do."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol
from uuid import UUID

from clinicity.common.actors import Actor
from clinicity.privacy.pseudonyms import folded, keyed_hash

# Digits of a key's hash: 128 bits.
KEY_DIGITS = 32
# A path over more links says nothing that a clinician could follow.
LONGEST_PATH = 5
MOST_PATHS = 20


@dataclass(frozen=True)
class Node:
    """Something spoken of: a condition, a medication, a document, the person."""

    kind: str
    key: str
    label: str


@dataclass(frozen=True)
class Origin:
    """The row that an edge is known from."""

    kind: str
    id: UUID


@dataclass(frozen=True)
class Edge:
    """A link from one node's key to another's. `place` says where in its origin."""

    source: str
    target: str
    kind: str
    origin: Origin
    place: Any = None


@dataclass(frozen=True)
class Graph:
    """A patient's whole graph, nodes by kind and label, edges in a stable order."""

    nodes: list[Node] = field(default_factory=list)
    edges: list[Edge] = field(default_factory=list)


class GraphStore(Protocol):
    """Whose graph it is, every call says; who may read it, the caller has asked."""

    def put(
        self, *, by: Actor, patient_id: UUID, nodes: Sequence[Node], edges: Sequence[Edge]
    ) -> None:
        """Add nodes and edges; those that are there stay as one, with the new label."""

    def remove_origin(self, *, by: Actor, patient_id: UUID, origin: Origin) -> None:
        """Take out what only this row said, and nodes that nothing links any more."""

    def remove_patient(self, *, by: Actor, patient_id: UUID) -> None: ...

    def count(self, *, by: Actor, patient_id: UUID) -> tuple[int, int]:
        """How many nodes and edges there are, without opening any."""

    def read(self, actor: Actor, patient_id: UUID) -> Graph: ...

    def paths(self, actor: Actor, patient_id: UUID, start: str, end: str) -> list[list[str]]:
        """Ways from one key to another along links in either direction, shortest first."""


def node_of(kind: str, name: str, *, label: str = "") -> Node:
    """The node that a name stands for; the same in every spelling of case and accent."""
    key = keyed_hash(folded(name), scope=f"graph|{kind}")[:KEY_DIGITS]
    return Node(kind, key, label or name)


def in_order(nodes: Sequence[Node], edges: Sequence[Edge]) -> Graph:
    """The same order from every store."""
    return Graph(
        sorted(nodes, key=lambda node: (node.kind, node.label)),
        sorted(edges, key=lambda e: (e.kind, e.source, e.target, str(e.origin.id))),
    )
