"""Every store that can be reached, each passing the same contract."""

import os
from collections.abc import Iterator
from typing import Any

import pytest

from clinicity.environment import ROOT, var_dir
from clinicity.knowledge import graph
from clinicity.knowledge.graph import bolt
from clinicity.stack import neo4j
from clinicity.stack.folder import Folder

NO_NEO4J = "Start a Neo4j with `make neo4j`, or set NEO4J_URI, to run this on it as well."


def neo4j_settings() -> dict[str, str]:
    """Of the server that the environment names, or that `make neo4j` has started."""
    names = ("NEO4J_URI", "NEO4J_USER", "NEO4J_PASSWORD")
    if os.environ.get("NEO4J_URI"):
        return {name: os.environ.get(name, "") for name in names}
    return neo4j.running(Folder(ROOT / "var")) or neo4j.running(Folder(var_dir().resolve()))


@pytest.fixture(params=sorted(graph.STORES))
def store(request: pytest.FixtureRequest, settings: Any) -> Iterator[graph.GraphStore]:
    if request.param == "neo4j":
        found = neo4j_settings()
        if not found:
            pytest.skip(NO_NEO4J)
        for name, value in found.items():
            setattr(settings, name, value)
    yield graph.STORES[request.param]()
    bolt.forget()
