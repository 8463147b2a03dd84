"""Each patient's own graph, in PostgreSQL or in Neo4j: one protocol, one choice.

What a node is called is sealed under the patient's key in either store, and a node's
key is a keyed hash: neither store can be read, or joined, without our secrets.
"""

from django.conf import settings

from clinicity.knowledge.graph.bolt import Neo4jGraph
from clinicity.knowledge.graph.shapes import (
    Edge,
    Graph,
    GraphStore,
    Node,
    Origin,
    node_of,
)
from clinicity.knowledge.graph.tables import PostgresGraph

STORES: dict[str, type[GraphStore]] = {"postgres": PostgresGraph, "neo4j": Neo4jGraph}

__all__ = ["STORES", "Edge", "Graph", "GraphStore", "Node", "Origin", "node_of", "store"]


def store() -> GraphStore:
    """The store that the settings name: Neo4j when NEO4J_URI is set."""
    return STORES["neo4j" if settings.NEO4J_URI else "postgres"]()
