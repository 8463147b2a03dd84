"""The passage index on a real Milvus: scope, fail-closed checks, no text."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import numpy as np
import pytest

from clinicity.common.exceptions import Unavailable
from clinicity.environment import var_dir
from clinicity.knowledge import embeddings, tokens, vectors
from clinicity.knowledge.vectors import Entry, PassageIndex, PatientScope

ZOE, YAN = "a" * 16, "b" * 16
TEXTS = (
    "Serum lithium was 0.4 mmol/L, below the target range.",
    "She walks the dog every morning.",
    "Sleep was four hours a night.",
)


@pytest.fixture
def index() -> Iterator[PassageIndex]:
    index = vectors.passages()
    index.drop()
    yield index
    index.drop()


def put(index: PassageIndex, pseudonym: str, *texts: str) -> list[UUID]:
    entries = [
        Entry(uuid4(), pseudonym, tokens.hashed(text), row)
        for text, row in zip(texts, embeddings.embed(texts), strict=True)
    ]
    index.put(entries)
    return [entry.id for entry in entries]


def search(index: PassageIndex, scope: PatientScope, question: str) -> list[UUID]:
    dense = embeddings.embed([question])[0]
    hits = index.search(scope, dense=dense, tokens=tokens.hashed(question), limit=5)
    return [hit.id for hit in hits]


def everything(ids: list[UUID]) -> set[UUID]:
    return set(ids)


def test_nearest_comes_first_and_others_patients_never(index: PassageIndex) -> None:
    mine, theirs = put(index, ZOE, *TEXTS), put(index, YAN, *TEXTS)
    found = search(index, PatientScope(ZOE, everything), "What was the lithium level?")
    assert found[0] == mine[0]
    assert not set(found) & set(theirs)


def test_what_the_database_does_not_allow_is_not_shown(index: PassageIndex) -> None:
    mine = put(index, ZOE, *TEXTS)
    only_last = PatientScope(ZOE, lambda ids: {mine[2]})
    assert search(index, only_last, "lithium") == [mine[2]]
    assert search(index, PatientScope(ZOE, lambda ids: set()), "lithium") == []

    def broken(ids: list[UUID]) -> set[UUID]:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        search(index, PatientScope(ZOE, broken), "lithium")


@pytest.mark.parametrize("bad", ["", "x", f'{ZOE}" or subject != "', f"{ZOE}\n", "A" * 16])
def test_scope_takes_one_pseudonym_and_nothing_else(bad: str) -> None:
    with pytest.raises(ValueError, match="pseudonym"):
        vectors.of_patient(bad)


def test_ids_in_an_expression_are_uuids() -> None:
    with pytest.raises(ValueError, match="badly formed"):
        vectors.of_patient(ZOE, ['x"] or id not in ["'])  # type: ignore[list-item]


def test_put_again_is_one_and_remove_removes(index: PassageIndex) -> None:
    ids = put(index, ZOE, *TEXTS)
    row = embeddings.embed([TEXTS[0]])[0]
    index.put([Entry(ids[0], ZOE, tokens.hashed(TEXTS[0]), row)])
    assert index.ids(ZOE) == set(ids)
    index.remove(ZOE, [])
    index.remove(YAN, ids)
    assert index.ids(ZOE) == set(ids)
    index.remove(ZOE, ids[:1])
    assert index.ids(ZOE) == set(ids[1:])
    index.remove_patient(ZOE)
    assert index.ids(ZOE) == set()


def test_question_of_no_words_still_searches_by_meaning(index: PassageIndex) -> None:
    ids = put(index, ZOE, *TEXTS)
    assert set(search(index, PatientScope(ZOE, everything), "?!")) == set(ids)


def test_no_word_lies_in_milvus_files(index: PassageIndex) -> None:
    put(index, ZOE, "Xylophonist quetiapine")
    assert tokens.hashed("quetiapine") != "quetiapine"
    folder: Path = var_dir() / "milvus"
    for path in folder.rglob("*"):
        if path.is_file():
            assert b"quetiapin" not in path.read_bytes().lower(), path


def test_milvus_away_is_said_in_a_sentence(settings: Any) -> None:
    settings.MILVUS_URI = "http://127.0.0.1:1"
    vectors.forget()
    with pytest.raises(Unavailable, match="passage index"):
        vectors.passages()
    vectors.forget()


def test_embeddings_are_unit_and_near_in_meaning() -> None:
    rows = embeddings.embed(
        ["lithium level is low", "low lithium concentration", "a dog barks"]
    )
    assert np.allclose(np.linalg.norm(rows, axis=1), 1, atol=1e-5)
    near, far = rows[0] @ rows[1], rows[0] @ rows[2]
    assert near > far + 0.3
    assert embeddings.embed([]).shape == (0, 384)


def test_another_model_file_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(embeddings, "MODEL_SHA256", "0" * 64)
    embeddings._session.cache_clear()
    with pytest.raises(embeddings.WrongModel):
        embeddings.embed(["x"])
    embeddings._session.cache_clear()


def test_tokens_are_stems_hashed_under_our_secret(settings: Any) -> None:
    assert tokens.stems("Patients' doses: Missing 0.4 Zoë") == [
        "patient",
        "dose",
        "miss",
        "0.4",
        "zoe",
    ]
    assert tokens.hashed("missed doses") == tokens.hashed("Missing dose")
    before = tokens.hashed("lithium")
    settings.HASH_SECRET = "another secret of at least thirty-two signs"
    tokens._hash.cache_clear()
    assert tokens.hashed("lithium") != before
    tokens._hash.cache_clear()
