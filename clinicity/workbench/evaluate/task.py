"""What every task of `manage.py evaluate` is, and how its input is read."""

import json
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path
from typing import Any

Figures = dict[str, Any]


class BadInput(ValueError):
    """The input isn't what the task measures; says where."""


class Task(ABC):
    """One measurement: `INPUT` in, figures out. `line` shows a line of its input."""

    line = ""

    @abstractmethod
    def run(self, path: Path) -> Figures: ...


def json_lines(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """Each object of a JSON Lines file with the number of its line; empty lines are skipped."""
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{path} can't be read: {error}") from error
    for number, line in enumerate(lines, start=1):
        if line.strip():
            yield number, _object(path, number, line)


def _object(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except json.JSONDecodeError as error:
        raise BadInput(f"{path}, line {number}: this is no JSON ({error}).") from error
    if not isinstance(value, dict):
        raise BadInput(f"{path}, line {number}: an object is needed, not {value!r:.60}.")
    return value
