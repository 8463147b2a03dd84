"""The passage index against a real Milvus."""

from collections.abc import Iterator
from uuid import uuid4

import numpy as np
import pytest
from django.conf import settings
from pymilvus import MilvusClient

from clinicity.knowledge.embeddings import DIMENSIONS
from clinicity.knowledge.vectors import Entry, PassageIndex, PatientScope, of_patient

MINE, OTHER = "0123456789abcdef", "fedcba9876543210"


@pytest.fixture
def index() -> Iterator[PassageIndex]:
    client = MilvusClient(uri=settings.MILVUS_URI)
    name = f"{settings.MILVUS_PREFIX}index_test"
    yield PassageIndex(client, name)
    client.drop_collection(name)


def entry(pseudonym: str, place: int, tokens: str) -> Entry:
    dense = np.zeros(DIMENSIONS, dtype=np.float32)
    dense[place] = 1
    return Entry(id=uuid4(), pseudonym=pseudonym, dense=dense, tokens=tokens)


def search(index: PassageIndex, pseudonym: str, place: int, tokens: str) -> list[object]:
    dense = np.zeros(DIMENSIONS, dtype=np.float32)
    dense[place] = 1
    scope = PatientScope(pseudonym, allowed=set)
    return [hit.id for hit in index.search(scope, dense=dense, tokens=tokens, limit=5)]


def test_search_stays_within_the_patient(index: PassageIndex) -> None:
    mine, other = entry(MINE, 1, "aaa bbb"), entry(OTHER, 1, "aaa bbb")
    index.put([mine, other])
    assert search(index, MINE, 1, "aaa") == [mine.id]


def test_hit_that_the_database_does_not_allow_is_dropped(index: PassageIndex) -> None:
    index.put([entry(MINE, 1, "aaa")])
    dense = np.ones(DIMENSIONS, dtype=np.float32)
    scope = PatientScope(MINE, allowed=lambda ids: set())
    assert index.search(scope, dense=dense, tokens="aaa", limit=5) == []


def test_released_collection_is_loaded_again(index: PassageIndex) -> None:
    mine = entry(MINE, 1, "aaa")
    index.put([mine])
    MilvusClient(uri=settings.MILVUS_URI).release_collection(index.name)
    assert search(index, MINE, 1, "aaa") == [mine.id]
    MilvusClient(uri=settings.MILVUS_URI).release_collection(index.name)
    assert index.ids(MINE) == {mine.id}
    MilvusClient(uri=settings.MILVUS_URI).release_collection(index.name)
    index.remove_patient(MINE)
    assert index.ids(MINE) == set()


@pytest.mark.parametrize("pseudonym", ["", '" or "" == "', "0123456789ABCDEF", MINE + "0"])
def test_expression_takes_pseudonyms_only(pseudonym: str) -> None:
    with pytest.raises(ValueError, match="pseudonym"):
        of_patient(pseudonym)
