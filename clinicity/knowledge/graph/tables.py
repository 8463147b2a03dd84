"""The graph in PostgreSQL: two tables under row security, paths by recursive query."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from uuid import UUID

from django.db import connection
from django.db.models import Q

from clinicity.accounts.acting import acting_as
from clinicity.common.actors import Actor
from clinicity.knowledge.graph.shapes import (
    LONGEST_PATH,
    MOST_PATHS,
    Edge,
    Graph,
    Node,
    Origin,
    in_order,
)
from clinicity.knowledge.models import GraphEdge, GraphNode

PATHS = """
WITH RECURSIVE link (here, there) AS (
    SELECT source_id, target_id FROM knowledge_graphedge WHERE patient_id = %(patient)s
    UNION
    SELECT target_id, source_id FROM knowledge_graphedge WHERE patient_id = %(patient)s
), walk (at, keys, seen) AS (
    SELECT id, ARRAY[key::text], ARRAY[id] FROM knowledge_graphnode
    WHERE patient_id = %(patient)s AND key = %(start)s
    UNION ALL
    SELECT node.id, walk.keys || node.key::text, walk.seen || node.id
    FROM walk
    JOIN link ON link.here = walk.at
    JOIN knowledge_graphnode node ON node.id = link.there
    WHERE NOT node.id = ANY(walk.seen) AND cardinality(walk.keys) <= %(longest)s
      AND walk.keys[cardinality(walk.keys)] <> %(end)s
)
SELECT keys FROM walk WHERE keys[cardinality(keys)] = %(end)s AND cardinality(keys) > 1
ORDER BY cardinality(keys), keys LIMIT %(most)s
"""


class PostgresGraph:
    """Each call is one short transaction as the actor, or joins the caller's."""

    def put(
        self, *, by: Actor, patient_id: UUID, nodes: Sequence[Node], edges: Sequence[Edge]
    ) -> None:
        with _acting(by, patient_id):
            rows = {node.key: _node_row(patient_id, node) for node in nodes}
            for edge in edges:
                _edge_row(patient_id, edge, rows)

    def remove_origin(self, *, by: Actor, patient_id: UUID, origin: Origin) -> None:
        with _acting(by, patient_id):
            mine = GraphEdge.objects.filter(patient_id=patient_id)
            mine.filter(origin_kind=origin.kind, origin_id=origin.id).delete()
            linked = Q(id__in=mine.values("source_id")) | Q(id__in=mine.values("target_id"))
            GraphNode.objects.filter(patient_id=patient_id).exclude(linked).delete()

    def remove_patient(self, *, by: Actor, patient_id: UUID) -> None:
        with _acting(by, patient_id):
            GraphNode.objects.filter(patient_id=patient_id).delete()

    def count(self, *, by: Actor, patient_id: UUID) -> tuple[int, int]:
        with _acting(by, patient_id):
            nodes = GraphNode.objects.filter(patient_id=patient_id).count()
            return nodes, GraphEdge.objects.filter(patient_id=patient_id).count()

    def read(self, actor: Actor, patient_id: UUID) -> Graph:
        with _acting(actor, patient_id):
            nodes = list(GraphNode.objects.filter(patient_id=patient_id))
            edges = list(GraphEdge.objects.filter(patient_id=patient_id))
        keys = {node.id: node.key for node in nodes}
        return in_order(
            [Node(node.kind, node.key, node.label) for node in nodes],
            [
                Edge(
                    keys[edge.source_id], keys[edge.target_id], edge.kind,
                    Origin(edge.origin_kind, edge.origin_id), edge.place,
                )
                for edge in edges
            ],
        )  # fmt: skip

    def paths(self, actor: Actor, patient_id: UUID, start: str, end: str) -> list[list[str]]:
        values: dict[str, UUID | str | int] = {
            "patient": patient_id, "start": start, "end": end, "longest": LONGEST_PATH,
            "most": MOST_PATHS,
        }  # fmt: skip
        with _acting(actor, patient_id), connection.cursor() as cursor:
            cursor.execute(PATHS, values)
            return [list(keys) for (keys,) in cursor.fetchall()]


def _acting(actor: Actor, patient_id: UUID) -> AbstractContextManager[None]:
    return acting_as(actor, patient_id)


def _node_row(patient_id: UUID, node: Node) -> GraphNode:
    row, made = GraphNode.objects.get_or_create(
        patient_id=patient_id,
        key=node.key,
        defaults={"kind": node.kind, "label": node.label},
    )
    if not made and row.label != node.label:
        row.label = node.label
        row.save(update_fields=["label"])
    return row


def _edge_row(patient_id: UUID, edge: Edge, rows: dict[str, GraphNode]) -> None:
    """The row of a link; its ends come with it or are there already."""
    source, target = (_end(patient_id, key, rows) for key in (edge.source, edge.target))
    row, made = GraphEdge.objects.get_or_create(
        patient_id=patient_id, source=source, target=target, kind=edge.kind,
        origin_kind=edge.origin.kind, origin_id=edge.origin.id,
        defaults={"place": edge.place},
    )  # fmt: skip
    if not made:
        row.place = edge.place
        row.save(update_fields=["place"])


def _end(patient_id: UUID, key: str, rows: dict[str, GraphNode]) -> GraphNode:
    return rows.get(key) or GraphNode.objects.get(patient_id=patient_id, key=key)
