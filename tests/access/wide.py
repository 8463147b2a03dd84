"""Doors that aren't URLs, each declared once: sockets, vectors, the graph, files, the admin.

A door is a way to ask that answers with words, or refuses; the rules are those of the URLs.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.testing import WebsocketCommunicator
from django.contrib import admin
from django.test import Client

from agents.selectors import patient_graph
from clinicity.accounts.acting import acting_as
from clinicity.accounts.models import User
from clinicity.asgi import application, sockets
from clinicity.common.actors import SYSTEM
from clinicity.common.exceptions import DomainError
from clinicity.knowledge import embeddings, graph, tokens, vectors
from clinicity.knowledge.graph.shapes import Edge, Origin, node_of
from clinicity.knowledge.models import GraphNode
from clinicity.privacy.pseudonyms import pseudonym
from documents import files
from documents import selectors as documents
from documents.models import Chunk, Document, DocumentPage
from documents.services.indexing import chunks_index
from tests.access.doors import plain
from tests.access.rules import NOT_THERE, READ, STAFF_LIST, Rule, agreed
from tests.access.world import World

REFUSED = None
QUESTION = "melancholia-77"
ORIGIN = "http://testserver"


@dataclass(frozen=True)
class Asking:
    """Somebody at a door: None is nobody signed in."""

    user: User | None
    world: World


def knock(path: str, user: User | None, origin: str = ORIGIN, send: Any = None) -> str | None:
    """Everything that a socket tells at once; None when it doesn't open."""
    client = Client()
    if user:
        client.force_login(user)
    cookie = "; ".join(f"{name}={each.value}" for name, each in client.cookies.items())
    headers = [(b"cookie", cookie.encode()), (b"origin", origin.encode())]

    async def told() -> str | None:
        socket = WebsocketCommunicator(application, path, headers=headers)
        try:
            if not (await socket.connect(timeout=5))[0]:
                return None
            if send is not None:
                await socket.send_json_to(send)
            heard: list[str] = []
            while not await socket.receive_nothing(timeout=0.2):
                message = await socket.receive_output(timeout=1)
                if message["type"] == "websocket.close":
                    return None
                heard.append(message.get("text", ""))
            return " ".join(heard)
        finally:
            await socket.disconnect()

    return async_to_sync(told)()


def _socket(template: str, send: Any = None) -> Callable[[Asking], str | None]:
    def ask(asking: Asking) -> str | None:
        return knock(template.format_map(asking.world.ids), asking.user, send=send)

    return ask


# Pattern of the route → who is let in, what is asked, and the id that only who is told hears.
SOCKETS: dict[str, tuple[Rule, Callable[[Asking], str | None], str]] = {
    "ws/alerts/": (STAFF_LIST, _socket("/ws/alerts/", {"after": 0}), "alert_id"),
    "ws/documents/{document_id}/": (
        READ, _socket("/ws/documents/{document_id}/"), "document_id",
    ),
    "ws/imports/{import_id}/": (
        READ, _socket("/ws/imports/{import_id}/"), "import_id",
    ),
    # A conversation is its owner's alone, and that is none of these.
    "ws/chat/{session_id}/": (NOT_THERE, _socket("/ws/chat/{session_id}/"), "session_id"),
}  # fmt: skip


def _asked(ask: Callable[[Any, Asking], Any]) -> Callable[[Asking], str | None]:
    """A selector as a door: a refusal in the domain's words is one, and so is an empty list."""

    def answered(asking: Asking) -> str | None:
        if asking.user is None:
            return None
        try:
            return json.dumps(ask(asking.user.actor, asking), default=str) or None
        except DomainError:
            return None

    return answered


def _passages(actor: Any, asking: Asking) -> list[str]:
    found = documents.passages_search(actor, asking.world.patient.id, QUESTION)
    if not found:
        raise DomainError("Nothing is shown.")
    return [passage.text for passage in found]


def _recheck(actor: Any, asking: Asking) -> list[str] | None:
    """The index itself, with this actor's own check: what it finds of others is dropped."""
    patient_id = asking.world.patient.id
    scope = vectors.PatientScope(pseudonym(patient_id), documents._asker(actor, patient_id))
    hits = vectors.passages().search(
        scope, dense=embeddings.embed([QUESTION])[0], tokens=tokens.hashed(QUESTION), limit=5
    )
    if not hits:
        raise DomainError("Nothing is shown.")
    return [str(hit.id) for hit in hits]


def _graph(actor: Any, asking: Asking) -> list[str]:
    return [node.label for node in patient_graph(actor, asking.world.patient.id).nodes]


def _graph_rows(actor: Any, asking: Asking) -> int:
    with acting_as(actor):
        count = GraphNode.objects.filter(patient_id=asking.world.patient.id).count()
    if not count:
        raise DomainError("Nothing is shown.")
    return int(count)


def _file(actor: Any, asking: Asking) -> str:
    return documents.file_content(actor, asking.world.ids["file_id"])[1].decode()


def _page(actor: Any, asking: Asking) -> list[str]:
    return [page.text for page in documents.document_pages(actor, asking.world.ids["file_id"])]


STORES: dict[str, tuple[Rule, Callable[[Asking], str | None]]] = {
    "vectors: search of a patient's passages": (agreed(READ), _asked(_passages)),
    "vectors: each hit asked for again": (READ, _asked(_recheck)),
    "graph: what is linked in a record": (agreed(READ), _asked(_graph)),
    "graph: rows of the store": (READ, _asked(_graph_rows)),
    "files: the stored file": (READ, _asked(_file)),
    "files: its pages": (READ, _asked(_page)),
}


def stored(world: World, alice: User) -> dict[str, UUID]:
    """A document that is ready, with its file, passage and place in the graph."""
    patient_id = world.patient.id
    with acting_as(alice.actor):
        document = Document(
            patient_id=patient_id, title="melancholia-77", filename="a.txt", digest="1" * 64,
            media_type="text/plain", size=10, page_count=1, occurred_at=world.patient.created_at,
            state="ready", simulated=True, uploaded_by=alice.id,
        )  # fmt: skip
        document.save(force_insert=True)
        DocumentPage(
            patient_id=patient_id, document=document, number=1, width=100, height=100,
            source="text-layer", text="melancholia-77 was found", words=[],
        ).save(force_insert=True)  # fmt: skip
        chunk = Chunk(
            patient_id=patient_id, document=document, page=1, position=0,
            text="melancholia-77 was found", boxes=[],
        )  # fmt: skip
        chunk.save(force_insert=True)
    files.write(patient_id, document.id, b"melancholia-77 was found")
    chunks_index(by=SYSTEM, patient_id=patient_id, chunks=[chunk])
    one, two = (node_of("condition", f"melancholia-77 {name}") for name in "ab")
    graph.store().put(
        by=SYSTEM, patient_id=patient_id, nodes=[one, two],
        edges=[Edge(one.key, two.key, "names", Origin("document", document.id))],
    )  # fmt: skip
    return {"file_id": document.id}


def socket_patterns() -> set[str]:
    return {plain(str(socket.pattern)) for socket in sockets}


def admin_pages() -> dict[str, str]:
    """Every model's list in the admin, by its label."""
    return {
        model._meta.label: f"/admin/{model._meta.app_label}/{model._meta.model_name}/"
        for model in admin.site._registry
    }
