"""The contract of a graph store, on each of its back-ends."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection

from clinicity.accounts.models import User
from clinicity.common.actors import WORKER
from clinicity.knowledge import graph
from clinicity.knowledge.graph import Edge, GraphStore, Node, Origin, bolt, node_of
from patients.models import Patient
from patients.services import patient_create

pytestmark = pytest.mark.django_db
PERSON = node_of("person", "self", label="this person")
BIPOLAR = node_of("condition", "F31.9", label="Bipolar disorder")
LITHIUM = node_of("medication", "Lithium")
LETTER = node_of("document", "letter", label="Clinic letter")
CHART, FILE = Origin("condition", uuid4()), Origin("document", uuid4())
PLACE = [{"page": 2, "box": [10.0, 20.0, 30.5, 32.0]}]
EDGES = [
    Edge(PERSON.key, BIPOLAR.key, "has", CHART),
    Edge(PERSON.key, LITHIUM.key, "takes", CHART),
    Edge(LETTER.key, LITHIUM.key, "mentions", FILE, PLACE),
]


@pytest.fixture
def filled(store: GraphStore, alice: User, patient: Patient) -> GraphStore:
    put(store, patient.id)
    return store


def put(store: GraphStore, patient_id: UUID) -> None:
    store.put(
        by=WORKER,
        patient_id=patient_id,
        nodes=[PERSON, BIPOLAR, LITHIUM, LETTER],
        edges=EDGES,
    )


def test_what_is_put_is_read(filled: GraphStore, alice: User, patient: Patient) -> None:
    found = filled.read(alice.actor, patient.id)
    assert {node.label for node in found.nodes} == {
        "this person", "Bipolar disorder", "Lithium", "Clinic letter",
    }  # fmt: skip
    assert sorted(found.edges, key=lambda e: e.kind) == sorted(EDGES, key=lambda e: e.kind)


def test_it_is_counted_without_being_opened(filled: GraphStore, patient: Patient) -> None:
    assert filled.count(by=WORKER, patient_id=patient.id) == (4, 3)
    filled.remove_patient(by=WORKER, patient_id=patient.id)
    assert filled.count(by=WORKER, patient_id=patient.id) == (0, 0)


def test_putting_again_changes_nothing_but_the_label(
    filled: GraphStore, alice: User, patient: Patient
) -> None:
    put(filled, patient.id)
    renamed = Node(LITHIUM.kind, LITHIUM.key, "Lithium carbonate")
    filled.put(by=WORKER, patient_id=patient.id, nodes=[renamed], edges=[])
    found = filled.read(alice.actor, patient.id)
    assert (len(found.nodes), len(found.edges)) == (4, 3)
    assert "Lithium carbonate" in {node.label for node in found.nodes}


def test_paths_go_both_ways_and_shortest_first(
    filled: GraphStore, alice: User, patient: Patient
) -> None:
    way = [LETTER.key, LITHIUM.key, PERSON.key, BIPOLAR.key]
    assert filled.paths(alice.actor, patient.id, LETTER.key, BIPOLAR.key) == [way]
    shortcut = Edge(LETTER.key, BIPOLAR.key, "mentions", FILE)
    filled.put(by=WORKER, patient_id=patient.id, nodes=[], edges=[shortcut])
    found = filled.paths(alice.actor, patient.id, LETTER.key, BIPOLAR.key)
    assert found == [[LETTER.key, BIPOLAR.key], way]
    assert filled.paths(alice.actor, patient.id, LETTER.key, "0" * 32) == []


def test_removing_an_origin_takes_what_only_it_said(
    filled: GraphStore, alice: User, patient: Patient
) -> None:
    filled.remove_origin(by=WORKER, patient_id=patient.id, origin=FILE)
    found = filled.read(alice.actor, patient.id)
    assert {node.key for node in found.nodes} == {PERSON.key, BIPOLAR.key, LITHIUM.key}
    assert {edge.origin for edge in found.edges} == {CHART}


def test_patients_stay_apart(filled: GraphStore, alice: User, patient: Patient) -> None:
    other = patient_create(
        by=alice.actor, first_name="O", last_name="Other", date_of_birth=patient.date_of_birth
    )
    put(filled, other.id)
    filled.remove_patient(by=WORKER, patient_id=patient.id)
    assert filled.read(alice.actor, patient.id) == graph.Graph()
    assert filled.paths(alice.actor, patient.id, LETTER.key, BIPOLAR.key) == []
    assert len(filled.read(alice.actor, other.id).edges) == 3
    filled.remove_patient(by=WORKER, patient_id=other.id)


def test_odd_words_are_values_and_nothing_else(
    store: GraphStore, alice: User, patient: Patient
) -> None:
    odd = node_of("condition", "a'\"}) DETACH DELETE n //")
    link = Edge(odd.key, odd.key, "has'}", CHART)
    store.put(by=WORKER, patient_id=patient.id, nodes=[odd], edges=[link])
    assert store.read(alice.actor, patient.id).nodes == [odd]
    store.remove_patient(by=WORKER, patient_id=patient.id)


def test_no_store_holds_a_readable_label(filled: GraphStore, patient: Patient) -> None:
    assert "Bipolar" not in stored(filled, patient.id)
    assert len(stored(filled, patient.id)) > 100


def test_row_security_holds_the_tables(
    alice: User, charlie: User, patient: Patient, settings: Any
) -> None:
    tables = graph.STORES["postgres"]()
    put(tables, patient.id)
    assert tables.read(alice.actor, patient.id).nodes
    assert tables.read(charlie.actor, patient.id) == graph.Graph()


def test_keys_are_blind_to_spelling_and_scoped_by_kind() -> None:
    assert node_of("medication", " LITHIUM ").key == LITHIUM.key
    assert node_of("condition", "Lithium").key != LITHIUM.key


def test_settings_choose_the_store(settings: Any) -> None:
    settings.NEO4J_URI = ""
    assert isinstance(graph.store(), graph.STORES["postgres"])
    settings.NEO4J_URI = "bolt://127.0.0.1:1"
    assert isinstance(graph.store(), graph.STORES["neo4j"])


def stored(store: GraphStore, patient_id: UUID) -> str:
    """Everything that the store keeps of a patient, as it lies there."""
    if isinstance(store, graph.STORES["neo4j"]):
        return str(bolt._run(bolt.READ_NODES, patient_id))
    from clinicity.accounts.acting import acting_as

    with acting_as(WORKER, patient_id), connection.cursor() as cursor:
        cursor.execute("SELECT key, kind, label FROM knowledge_graphnode")
        return str(cursor.fetchall())
