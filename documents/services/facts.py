"""What a document speaks of, linked to what the chart knows: a dictionary match.

The patient's own conditions and medications, looked for word by word. An edge says
that the name stands there, and where; it claims nothing of what the sentence means.
"""

from collections.abc import Iterator, Sequence
from uuid import UUID

from clinicity.accounts.acting import acting_as
from clinicity.common.actors import Actor
from clinicity.knowledge import graph
from clinicity.knowledge.graph import Edge, Node, Origin
from documents.extraction import terms
from documents.extraction.shapes import words_from
from documents.models import Document, DocumentPage
from patients import selectors as patients
from patients.models import PatientItem, Purpose, Visibility

PERSON = graph.node_of("person", "self", label="patient")
LONGEST_LABEL = 200
# The kinds of rows of the chart from which a graph is drawn.
CHART = ("condition", "medication")


def document_link(*, by: Actor, document: Document, pages: Sequence[DocumentPage]) -> int:
    """Put the document into its patient's graph; gives how many things it mentions.

    No graph is made of a patient who withdrew care, nor of what the team doesn't share.
    """
    agreed = patients.agrees(by, document.patient_id, Purpose.CARE)
    if not agreed or not shared(document):
        document_unlink(by=by, document=document)
        return 0
    origin = Origin("document", document.id)
    chart = list(_chart(by, document.patient_id))
    me = graph.node_of("document", str(document.id), label=document.title)
    # A drug whose dose changed stands in the chart twice, and is one thing here.
    known = {node.key: spellings for node, spellings, _ in chart}
    found = [
        Edge(me.key, key, "mentions", origin, places)
        for key, spellings in known.items()
        if (places := _places(pages, spellings))
    ]
    store = graph.store()
    store.remove_origin(by=by, patient_id=document.patient_id, origin=origin)
    store.put(
        by=by, patient_id=document.patient_id,
        nodes=[PERSON, me, *(node for node, _, _ in chart)],
        edges=[*(edge for _, _, edge in chart), Edge(PERSON.key, me.key, "has", origin), *found],
    )  # fmt: skip
    return len(found)


def chart_link(*, by: Actor, patient_id: UUID) -> int:
    """Put the chart's conditions and medications into the graph; gives how many rows.

    What the graph knows from a row that left the chart, or that not all of the team may
    see, is taken out of it. No graph is made of a patient who withdrew care.
    """
    if not patients.agrees(by, patient_id, Purpose.CARE):
        return 0
    chart, store = list(_chart(by, patient_id)), graph.store()
    told = {edge.origin for _, _, edge in chart}
    known = {edge.origin for edge in store.read(by, patient_id).edges}
    for origin in known - told:
        if origin.kind in CHART:
            store.remove_origin(by=by, patient_id=patient_id, origin=origin)
    store.put(
        by=by, patient_id=patient_id, nodes=[PERSON, *(node for node, _, _ in chart)],
        edges=[edge for _, _, edge in chart],
    )  # fmt: skip
    return len(chart)


def documents_link(*, by: Actor, patient_id: UUID) -> None:
    """Put those documents in that the team came to share, take those out that it doesn't."""
    known = {edge.origin for edge in graph.store().read(by, patient_id).edges}
    with acting_as(by, patient_id):
        ready = Document.objects.filter(patient_id=patient_id, state=Document.State.READY)
        changed = [
            (document, list(DocumentPage.objects.filter(document=document)))
            for document in ready
            if shared(document) != (Origin("document", document.id) in known)
        ]
    for document, pages in changed:
        document_link(by=by, document=document, pages=pages)


def shared(item: PatientItem) -> bool:
    """Whether all of the team may see an item: only that goes into a graph that they share."""
    return item.visibility in (Visibility.TEAM, Visibility.RELEASED)


def document_unlink(*, by: Actor, document: Document) -> None:
    """Take out of the graph what only this document said."""
    graph.store().remove_origin(
        by=by, patient_id=document.patient_id, origin=Origin("document", document.id)
    )


def _chart(by: Actor, patient_id: UUID) -> Iterator[tuple[Node, list[str], Edge]]:
    """Each condition and medication: its node, how it may be written, its own edge."""
    for condition in filter(shared, patients.conditions(by, patient_id)):
        node = graph.node_of(
            "condition", condition.code, label=condition.display[:LONGEST_LABEL]
        )
        edge = Edge(PERSON.key, node.key, "has", Origin("condition", condition.id))
        yield node, terms.spellings(condition.display), edge
    for drug in filter(shared, patients.medications(by, patient_id)):
        node = graph.node_of("medication", drug.name, label=drug.name[:LONGEST_LABEL])
        edge = Edge(PERSON.key, node.key, "takes", Origin("medication", drug.id))
        yield node, terms.spellings(drug.name, first_word=True), edge


def _places(pages: Sequence[DocumentPage], spellings: list[str]) -> list[dict[str, object]]:
    return [
        {"page": page.number, "box": [round(at, 1) for at in mention.box]}
        for page in pages
        for mention in terms.mentions(words_from(page.words), spellings)
    ]
