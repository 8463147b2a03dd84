"""Reading on while what was read is stored. Pure."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

from biometrics.importers.base import Chunk


def ahead(chunks: Iterator[Chunk]) -> Iterator[Chunk]:
    """The same chunks; the next is read while whoever takes them waits for the database.

    What goes wrong in reading is raised in its place, after the chunks before it.
    """
    with ThreadPoolExecutor(1, "import-reader") as reader:
        following = reader.submit(next, chunks, None)
        while (chunk := following.result()) is not None:
            following = reader.submit(next, chunks, None)
            yield chunk
