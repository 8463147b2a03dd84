"""What this app removes when care ends or a person is erased: index, graph, files, rows."""

from collections.abc import Mapping
from uuid import UUID

from clinicity.common.actors import Actor
from clinicity.knowledge import graph, vectors
from clinicity.privacy.pseudonyms import pseudonym
from documents import files
from patients.services import Plan, Store, removal_carry_out, rows_store

PART = "documents"


def documents_forget(*, by: Actor, patient_id: UUID, removal_id: UUID) -> None:
    removal_carry_out(by=by, patient_id=patient_id, removal_id=removal_id, part=PART, plan=PLAN)


def _vectors_count(by: Actor, subject: UUID) -> Mapping[str, int]:
    return {"passages": len(vectors.passages().ids(pseudonym(subject)))}


def _vectors_remove(by: Actor, subject: UUID) -> None:
    vectors.passages().remove_patient(pseudonym(subject))


def _graph_count(by: Actor, subject: UUID) -> Mapping[str, int]:
    nodes, edges = graph.store().count(by=by, patient_id=subject)
    return {"nodes": nodes, "links": edges}


def _graph_remove(by: Actor, subject: UUID) -> None:
    graph.store().remove_patient(by=by, patient_id=subject)


def _files_count(by: Actor, subject: UUID) -> Mapping[str, int]:
    return {"files": files.count_of_patient(subject)}


def _files_remove(by: Actor, subject: UUID) -> None:
    files.remove_patient(subject)


VECTORS = Store("vectors", _vectors_count, _vectors_remove)
GRAPH = Store("graph", _graph_count, _graph_remove)
PLAN: Plan = {
    "care": (VECTORS, GRAPH),
    "erasure": (VECTORS, GRAPH, Store("files", _files_count, _files_remove), rows_store(PART)),
}
