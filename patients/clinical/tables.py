"""Reading the tables that are shipped beside this package."""

import tomllib
from collections.abc import Iterator
from functools import cache
from importlib.resources import files
from typing import Any

FOLDER = files("patients.clinical") / "data"


def lines_of(name: str) -> Iterator[list[str]]:
    """The rows of a table of tabs, without its comments."""
    for line in (FOLDER / name).read_text("utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split("\t")


@cache
def document_of(name: str) -> dict[str, Any]:
    return tomllib.loads((FOLDER / name).read_text("utf-8"))
