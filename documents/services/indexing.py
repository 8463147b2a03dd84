"""Putting passages into the index: embedding outside of any transaction."""

from collections.abc import Callable, Sequence
from uuid import UUID

from clinicity.common.actors import Actor
from clinicity.knowledge import embeddings, tokens, vectors
from clinicity.privacy.pseudonyms import pseudonym
from documents.models import Chunk
from patients import selectors as patients
from patients.models import Purpose

AT_ONCE = 16


def chunks_index(
    *,
    by: Actor,
    patient_id: UUID,
    chunks: Sequence[Chunk],
    progress: Callable[[int], None] = lambda done: None,
) -> None:
    """Embed passages with their document's title, so that each says what it is from.

    `chunks` come with their documents; a passage that is there already is replaced. Nothing
    is indexed of a patient who withdrew care: what was read stays in the record.
    """
    if not patients.agrees(by, patient_id, Purpose.CARE):
        return
    named = [(chunk.id, f"{chunk.document.title}\n{chunk.text}") for chunk in chunks]
    subject = pseudonym(patient_id)
    for at in range(0, len(named), AT_ONCE):
        part = named[at : at + AT_ONCE]
        progress(at)
        dense = embeddings.embed([text for _, text in part])
        vectors.passages().put(
            [
                vectors.Entry(id, subject, tokens.hashed(text), row)
                for (id, text), row in zip(part, dense, strict=True)
            ]
        )
