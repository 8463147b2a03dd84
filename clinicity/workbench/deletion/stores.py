"""The stores beside PostgreSQL: each asked by a client of its own."""

from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from neo4j import GraphDatabase
from neo4j.exceptions import DriverError, Neo4jError
from pymilvus import MilvusClient, MilvusException

from clinicity.accounts.erasure import answers_count
from clinicity.common import redis_keys
from clinicity.common.exceptions import Unavailable
from clinicity.common.milvus import GRPC_OPTIONS
from clinicity.workbench.deletion.subject import Left, Subject, left

TIMEOUT_SECONDS = 10.0
NODES = "MATCH (n) WHERE n.subject IN $names RETURN count(n) AS found"
# Folders that hold copies for a purpose of their own, by purpose.
COPIES = {"research": ("exports",), "training": ("training",), "messaging": ("outbox",)}


def vectors(subject: Subject) -> Iterator[Left]:
    """Every collection of this installation in Milvus."""
    try:
        client = MilvusClient(
            uri=settings.MILVUS_URI, timeout=TIMEOUT_SECONDS, grpc_options=GRPC_OPTIONS
        )
        for name in client.list_collections():
            if name.startswith(settings.MILVUS_PREFIX):
                client.load_collection(name)
                listed = ", ".join(f'"{each}"' for each in subject.names)
                found = client.query(
                    name, filter=f"subject in [{listed}]", output_fields=["id"]
                )
                yield from left(f"milvus {name}", "vectors", len(found))
    except MilvusException as error:
        raise Unavailable("Milvus doesn't answer: nothing is proved of it.") from error


def graph(subject: Subject) -> Iterator[Left]:
    """Neo4j, where it is set; the graph's tables are among PostgreSQL's."""
    if not settings.NEO4J_URI:
        return
    try:
        with GraphDatabase.driver(
            settings.NEO4J_URI, auth=(settings.NEO4J_USER, settings.NEO4J_PASSWORD)
        ) as driver:
            records, _, _ = driver.execute_query(NODES, names=subject.names)
    except (DriverError, Neo4jError, OSError) as error:
        raise Unavailable("Neo4j doesn't answer: nothing is proved of it.") from error
    yield from left("neo4j", "nodes", records[0]["found"])


def files(subject: Subject, *folders: str) -> Iterator[Left]:
    """Files whose path names the person, below the folders or anywhere."""
    root = Path(settings.MEDIA_ROOT)
    for folder in folders or (".",):
        found = [
            path
            for path in (root / folder).rglob("*")
            if path.is_file() and _names(path.relative_to(root), subject)
        ]
        yield from left(f"files {folder}", "files", len(found))


def copies(subject: Subject) -> Iterator[Left]:
    """Files that were made for the purpose itself."""
    return files(subject, *COPIES[subject.report.purpose])


def redis(subject: Subject) -> Iterator[Left]:
    yield from left("redis", "keys", len(redis_keys.naming(subject.markers)))


def answers(subject: Subject) -> Iterator[Left]:
    """Stored answers to repeatable requests that name the person."""
    found = sum(answers_count(str(id)) for id in subject.ids)
    yield from left("postgres accounts_storedanswer", "answers", found)


def _names(path: Path, subject: Subject) -> bool:
    return any(marker in str(path) for marker in subject.markers)
