"""The patient's graph over the API."""

from collections.abc import Callable
from uuid import uuid4

import pytest
from rest_framework.test import APIClient

from clinicity.accounts.models import User
from clinicity.knowledge import graph
from clinicity.knowledge.graph import Edge, Origin, node_of
from patients.models import Patient

ApiFor = Callable[[User | None], APIClient]
PATH = "/api/v1/knowledge/graph"


@pytest.fixture
def linked(alice: User, patient: Patient) -> Patient:
    person, drug = node_of("person", "self", label="patient"), node_of("medication", "Lithium")
    edge = Edge(person.key, drug.key, "takes", Origin("medication", uuid4()))
    graph.store().put(by=alice.actor, patient_id=patient.id, nodes=[person, drug], edges=[edge])
    return patient


def test_graph_has_nodes_and_links_with_their_origin(
    alice: User, linked: Patient, api: ApiFor
) -> None:
    told = api(alice).get(f"{PATH}?patient_id={linked.id}").json()
    assert [node["label"] for node in told["nodes"]] == ["Lithium", "patient"]
    (edge,) = told["edges"]
    assert (edge["kind"], edge["origin_kind"]) == ("takes", "medication")
    assert edge["target"] == told["nodes"][0]["key"]


def test_graph_of_a_record_without_links_is_empty(
    alice: User, patient: Patient, api: ApiFor
) -> None:
    told = api(alice).get(f"{PATH}?patient_id={patient.id}").json()
    assert told == {"nodes": [], "edges": []}


def test_strangers_and_nobody_get_no_graph(linked: Patient, charlie: User, api: ApiFor) -> None:
    assert api(charlie).get(f"{PATH}?patient_id={linked.id}").status_code == 404
    assert api(None).get(f"{PATH}?patient_id={linked.id}").status_code == 401


@pytest.mark.parametrize("query", ["", "?patient_id=everyone"])
def test_graph_wants_a_patient(alice: User, api: ApiFor, query: str) -> None:
    assert api(alice).get(f"{PATH}{query}").status_code == 400
