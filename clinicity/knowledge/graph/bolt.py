"""The graph in Neo4j 5 over Bolt. Values travel as parameters, never in the query.

Neo4j has no row security of ours: every query names the patient's pseudonym, and
whoever calls has asked before whether the actor may see the patient.
"""

import base64
import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from neo4j import Driver, GraphDatabase
from neo4j.exceptions import DriverError, Neo4jError

from clinicity.common.actors import Actor
from clinicity.common.exceptions import Unavailable
from clinicity.knowledge.graph.shapes import (
    LONGEST_PATH,
    MOST_PATHS,
    Edge,
    Graph,
    Node,
    Origin,
    in_order,
)
from clinicity.privacy import keyring
from clinicity.privacy.pseudonyms import pseudonym
from clinicity.privacy.resealing import Pass

TIMEOUT_SECONDS = 5.0
_drivers: dict[str, Driver] = {}

UNIQUE = """
CREATE CONSTRAINT clinicity_node IF NOT EXISTS
FOR (n:ClinicityNode) REQUIRE (n.subject, n.key) IS UNIQUE
"""
PUT_NODES = """
UNWIND $nodes AS node
MERGE (n:ClinicityNode {subject: $subject, key: node.key})
SET n.kind = node.kind, n.sealed = node.sealed
"""
PUT_EDGES = """
UNWIND $edges AS edge
MATCH (a:ClinicityNode {subject: $subject, key: edge.source})
MATCH (b:ClinicityNode {subject: $subject, key: edge.target})
MERGE (a)-[r:LINK {kind: edge.kind, origin_kind: edge.origin_kind, origin_id: edge.origin_id}]->(b)
SET r.sealed = edge.sealed
"""
REMOVE_ORIGIN = """
MATCH (:ClinicityNode {subject: $subject})-[r:LINK {origin_kind: $kind, origin_id: $id}]->()
DELETE r
"""
REMOVE_LONELY = "MATCH (n:ClinicityNode {subject: $subject}) WHERE NOT (n)--() DELETE n"
REMOVE_PATIENT = "MATCH (n:ClinicityNode {subject: $subject}) DETACH DELETE n"
READ_NODES = """
MATCH (n:ClinicityNode {subject: $subject})
RETURN n.kind AS kind, n.key AS key, n.sealed AS sealed
"""
READ_EDGES = """
MATCH (a:ClinicityNode {subject: $subject})-[r:LINK]->(b:ClinicityNode {subject: $subject})
RETURN a.key AS source, b.key AS target, r.kind AS kind, r.origin_kind AS origin_kind,
       r.origin_id AS origin_id, r.sealed AS sealed
"""
COUNT = """
MATCH (n:ClinicityNode {subject: $subject})
OPTIONAL MATCH (n)-[r:LINK]->()
RETURN count(DISTINCT n) AS nodes, count(r) AS edges
"""
RESEAL_NODE = """
MATCH (n:ClinicityNode {subject: $subject, key: $key}) WHERE n.sealed = $old
SET n.sealed = $sealed RETURN n.key AS key
"""
RESEAL_EDGE = """
MATCH (:ClinicityNode {subject: $subject, key: $source})-[r:LINK {
    kind: $kind, origin_kind: $origin_kind, origin_id: $origin_id
}]->(:ClinicityNode {subject: $subject, key: $target}) WHERE r.sealed = $old
SET r.sealed = $sealed RETURN r.kind AS kind
"""
PATHS = f"""
MATCH p = (:ClinicityNode {{subject: $subject, key: $start}})-[:LINK*1..{LONGEST_PATH}]-
          (:ClinicityNode {{subject: $subject, key: $end}})
WHERE all(n IN nodes(p) WHERE n.subject = $subject
                          AND single(m IN nodes(p) WHERE m = n))
WITH DISTINCT [n IN nodes(p) | n.key] AS keys
RETURN keys ORDER BY size(keys), keys LIMIT {MOST_PATHS}
"""


class Neo4jGraph:
    """Each call is one query over the network, outside of any database transaction."""

    def put(
        self, *, by: Actor, patient_id: UUID, nodes: Sequence[Node], edges: Sequence[Edge]
    ) -> None:
        _run(PUT_NODES, patient_id, nodes=[_node_row(patient_id, node) for node in nodes])
        _run(PUT_EDGES, patient_id, edges=[_edge_row(patient_id, edge) for edge in edges])

    def remove_origin(self, *, by: Actor, patient_id: UUID, origin: Origin) -> None:
        _run(REMOVE_ORIGIN, patient_id, kind=origin.kind, id=str(origin.id))
        _run(REMOVE_LONELY, patient_id)

    def remove_patient(self, *, by: Actor, patient_id: UUID) -> None:
        _run(REMOVE_PATIENT, patient_id)

    def count(self, *, by: Actor, patient_id: UUID) -> tuple[int, int]:
        (row,) = _run(COUNT, patient_id)
        return int(row["nodes"]), int(row["edges"])

    def read(self, actor: Actor, patient_id: UUID) -> Graph:
        nodes, edges = _run(READ_NODES, patient_id), _run(READ_EDGES, patient_id)
        return in_order(
            [
                Node(row["kind"], row["key"], _unseal(patient_id, row["sealed"]))
                for row in nodes
            ],
            [
                Edge(
                    row["source"], row["target"], row["kind"],
                    Origin(row["origin_kind"], UUID(row["origin_id"])),
                    _unseal(patient_id, row["sealed"]),
                )
                for row in edges
            ],
        )  # fmt: skip

    def paths(self, actor: Actor, patient_id: UUID, start: str, end: str) -> list[list[str]]:
        return [row["keys"] for row in _run(PATHS, patient_id, start=start, end=end)]


def forget() -> None:
    """Close the connections: after a fork, a changed setting, and between tests."""
    while _drivers:
        _drivers.popitem()[1].close()


def _run(query: str, patient_id: UUID | None = None, **values: Any) -> list[dict[str, Any]]:
    if patient_id:
        values["subject"] = pseudonym(patient_id)
    try:
        records, _, _ = _driver().execute_query(query, values)
    except (DriverError, Neo4jError, OSError) as error:
        raise Unavailable("The graph store doesn't answer.") from error
    return [record.data() for record in records]


def _driver() -> Driver:
    """One for each server and process; it is kept once the constraint is there."""
    uri = settings.NEO4J_URI
    if uri not in _drivers:
        driver = GraphDatabase.driver(
            uri, auth=(settings.NEO4J_USER, settings.NEO4J_PASSWORD),
            connection_timeout=TIMEOUT_SECONDS, notifications_min_severity="OFF",
        )  # fmt: skip
        try:
            driver.execute_query(UNIQUE)
        except BaseException:
            driver.close()
            raise
        _drivers[uri] = driver
    return _drivers[uri]


def reseal(patient_id: UUID) -> Pass:
    """Seal anew what an older key sealed; what changed meanwhile is left to the next pass."""
    done = Pass()
    for query, rows in ((RESEAL_NODE, READ_NODES), (RESEAL_EDGE, READ_EDGES)):
        for row in _run(rows, patient_id):
            done += _reseal(query, patient_id, row)
    return done


def stale(patient_id: UUID) -> int:
    """How many nodes and edges an older key seals."""
    rows = [*_run(READ_NODES, patient_id), *_run(READ_EDGES, patient_id)]
    return sum(not _is_newest(patient_id, row["sealed"]) for row in rows)


def _reseal(query: str, patient_id: UUID, row: dict[str, Any]) -> Pass:
    if _is_newest(patient_id, row["sealed"]):
        return Pass()
    try:
        fresh = _seal(patient_id, _unseal(patient_id, row["sealed"]))
    except keyring.CantOpen:
        return Pass(unreadable={patient_id: 1})
    changed = _run(query, patient_id, **(row | {"old": row["sealed"], "sealed": fresh}))
    return Pass(resealed=1) if changed else Pass(busy=1)


def _is_newest(patient_id: UUID, sealed: str) -> bool:
    return keyring.is_newest(patient_id, base64.b64decode(sealed)[: keyring.HEAD])


def _node_row(patient_id: UUID, node: Node) -> dict[str, str]:
    return {
        "key": node.key,
        "kind": node.kind,
        "sealed": _seal(patient_id, node.label),
    }


def _edge_row(patient_id: UUID, edge: Edge) -> dict[str, str]:
    return {
        "source": edge.source, "target": edge.target, "kind": edge.kind,
        "origin_kind": edge.origin.kind, "origin_id": str(edge.origin.id),
        "sealed": _seal(patient_id, edge.place),
    }  # fmt: skip


def _seal(patient_id: UUID, value: Any) -> str:
    blob = keyring.seal(patient_id, json.dumps(value).encode(), aad=_aad(patient_id))
    return base64.b64encode(blob).decode()


def _unseal(patient_id: UUID, sealed: str) -> Any:
    blob = base64.b64decode(sealed)
    return json.loads(keyring.unseal(patient_id, blob, aad=_aad(patient_id)))


def _aad(patient_id: UUID) -> bytes:
    return f"clinicity|graph|{pseudonym(patient_id)}".encode()
