"""The passage index: dense vectors and hashed words in Milvus, never text.

Milvus filters are strings: an empty one returns every patient and a quote breaks
out of a value. So there is one expression builder, a scope is mandatory, and every
hit is asked for again where row security decides. The index can be lost: it is made
again from PostgreSQL.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from typing import TypeVar
from uuid import UUID

import numpy as np
from django.conf import settings
from numpy.typing import NDArray
from pymilvus import (
    AnnSearchRequest,
    DataType,
    Function,
    FunctionType,
    MilvusClient,
    MilvusException,
    RRFRanker,
)

from clinicity.common.exceptions import Unavailable
from clinicity.common.milvus import GRPC_OPTIONS
from clinicity.knowledge.embeddings import DIMENSIONS

PSEUDONYM = re.compile(r"[0-9a-f]{16}")
# Reciprocal rank fusion's constant, and how many each half contributes to it
# (Cormack, Clarke & Büttcher 2009).
RRF_K = 60
DEPTH = 50
TIMEOUT_SECONDS = 10.0
LONGEST_TOKENS = 65_535
MOST_A_CALL = 500


T = TypeVar("T")
# What Milvus answers for a collection that exists and isn't in memory.
NOT_LOADED = 101


@dataclass(frozen=True)
class PatientScope:
    """Whose passages a search may find, and who is asked whether it may show them.

    `allowed` gives those of some ids that the actor may see now. Whatever it leaves
    out, or when it fails, is not shown.
    """

    pseudonym: str
    allowed: Callable[[list[UUID]], set[UUID]]


@dataclass(frozen=True)
class Entry:
    """One passage as the index holds it."""

    id: UUID
    pseudonym: str
    tokens: str
    dense: NDArray[np.float32]


@dataclass(frozen=True)
class Hit:
    """A found passage; `score` orders hits of one search and means nothing else."""

    id: UUID
    score: float


def of_patient(pseudonym: str, ids: Sequence[UUID] = ()) -> str:
    """The one expression that limits a call to a patient (and to some passages)."""
    if not PSEUDONYM.fullmatch(pseudonym):
        raise ValueError("A search needs the pseudonym of one patient.")
    expression = f'subject == "{pseudonym}"'
    if not ids:
        return expression
    listed = ", ".join(f'"{UUID(str(id))}"' for id in ids)
    return f"({expression}) and (id in [{listed}])"


class PassageIndex:
    """One collection. Every method is one or two calls over the network."""

    def __init__(self, client: MilvusClient, name: str) -> None:
        self._client = client
        self.name = name
        if not client.has_collection(name):
            _create(client, name)

    def put(self, entries: Sequence[Entry]) -> None:
        """Add or replace passages, by their ids."""
        rows = [_row(entry) for entry in entries]
        for at in range(0, len(rows), MOST_A_CALL):
            with _answering():
                self._client.upsert(self.name, rows[at : at + MOST_A_CALL])

    def search(
        self, scope: PatientScope, *, dense: NDArray[np.float32], tokens: str, limit: int
    ) -> list[Hit]:
        """The patient's passages nearest to a question, each one asked for again."""
        found = self._hybrid(of_patient(scope.pseudonym), dense, tokens)
        visible = scope.allowed([hit.id for hit in found]) if found else set()
        return [hit for hit in found if hit.id in visible][:limit]

    def remove(self, pseudonym: str, ids: Sequence[UUID]) -> None:
        """Take passages out. None given, none taken."""
        for at in range(0, len(ids), MOST_A_CALL):
            part = of_patient(pseudonym, ids[at : at + MOST_A_CALL])
            with _answering():
                self._loaded(partial(self._client.delete, self.name, filter=part))

    def remove_patient(self, pseudonym: str) -> None:
        with _answering():
            mine = of_patient(pseudonym)
            self._loaded(lambda: self._client.delete(self.name, filter=mine))

    def ids(self, pseudonym: str) -> set[UUID]:
        """Every passage that the index has of a patient."""
        mine = of_patient(pseudonym)
        with _answering():
            rows = self._loaded(
                lambda: self._client.query(self.name, filter=mine, output_fields=["id"])
            )
        return {UUID(row["id"]) for row in rows}

    def drop(self) -> None:
        """Forget everything, to be made again from PostgreSQL."""
        with _answering():
            self._client.drop_collection(self.name)
            _create(self._client, self.name)

    def _hybrid(self, expression: str, dense: NDArray[np.float32], tokens: str) -> list[Hit]:
        halves = [
            AnnSearchRequest(
                [dense.tolist()], "dense", {"metric_type": "COSINE"}, DEPTH, expr=expression
            ),
            AnnSearchRequest(
                [tokens], "sparse", {"metric_type": "BM25"}, DEPTH, expr=expression
            ),
        ]  # fmt: skip
        if not tokens:
            del halves[1]
        with _answering():
            (hits,) = self._loaded(
                lambda: self._client.hybrid_search(
                    self.name, halves, ranker=RRFRanker(RRF_K), limit=DEPTH
                )
            )
        return [Hit(UUID(hit["id"]), float(hit["distance"])) for hit in hits]

    def _loaded(self, ask: Callable[[], T]) -> T:
        """A Milvus that was restarted has released its collections: load, and ask again."""
        try:
            return ask()
        except MilvusException as error:
            if error.code != NOT_LOADED:
                raise
            self._client.load_collection(self.name)
            return ask()


def passages() -> PassageIndex:
    """The index of patients' passages. Raises Unavailable when Milvus doesn't answer."""
    with _answering():
        return _index(settings.MILVUS_URI, f"{settings.MILVUS_PREFIX}passages")


def forget() -> None:
    """Drop the connection: after a fork, a changed setting, and between tests."""
    _index.cache_clear()


@lru_cache(maxsize=4)
def _index(uri: str, name: str) -> PassageIndex:
    return PassageIndex(
        MilvusClient(uri=uri, timeout=TIMEOUT_SECONDS, grpc_options=GRPC_OPTIONS), name
    )


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except MilvusException as error:
        raise Unavailable("The passage index doesn't answer.") from error


def _row(entry: Entry) -> dict[str, object]:
    of_patient(entry.pseudonym)
    return {
        "id": str(entry.id),
        "subject": entry.pseudonym,
        "tokens": entry.tokens[:LONGEST_TOKENS],
        "dense": entry.dense.tolist(),
    }


def _create(client: MilvusClient, name: str) -> None:
    schema = client.create_schema(auto_id=False, enable_dynamic_field=False)
    schema.add_field("id", DataType.VARCHAR, is_primary=True, max_length=36)
    schema.add_field("subject", DataType.VARCHAR, max_length=16, is_partition_key=True)
    # Milvus Lite has the standard analyzer and no other; hashes pass it unchanged.
    schema.add_field(
        "tokens", DataType.VARCHAR, max_length=LONGEST_TOKENS, enable_analyzer=True,
        analyzer_params={"type": "standard"},
    )  # fmt: skip
    schema.add_field("dense", DataType.FLOAT_VECTOR, dim=DIMENSIONS)
    schema.add_field("sparse", DataType.SPARSE_FLOAT_VECTOR)
    schema.add_function(
        Function(
            name="bm25", function_type=FunctionType.BM25,
            input_field_names=["tokens"], output_field_names=["sparse"],
        )
    )  # fmt: skip
    index = client.prepare_index_params()
    index.add_index("dense", index_type="FLAT", metric_type="COSINE")
    index.add_index("sparse", index_type="SPARSE_INVERTED_INDEX", metric_type="BM25")
    client.create_collection(
        name, schema=schema, index_params=index, consistency_level="Strong"
    )
