"""`make house`: the figures of the house, from its source alone."""

import ast
import statistics
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from clinicity.environment import ROOT

ROOMS = ("patients", "biometrics", "documents", "twins", "alerts", "agents")
TOP = "clinicity"
LONGEST_FUNCTION, LONGEST_FILE = 30, 400
SHOWN = 8


@dataclass(frozen=True)
class Function:
    name: str
    lines: int


@dataclass(frozen=True)
class Module:
    path: Path
    lines: int
    functions: tuple[Function, ...]
    imports: frozenset[str]

    @property
    def room(self) -> str:
        return room_of(".".join(self.path.with_suffix("").parts))

    @property
    def is_test(self) -> bool:
        return "tests" in self.path.parts or self.path.name == "conftest.py"


def modules(root: Path) -> list[Module]:
    return [_module(path, root) for path in sorted(_sources(root))]


def room_of(dotted: str) -> str:
    """The app that a module belongs to: `clinicity.audit`, or `patients`."""
    first, *rest = dotted.split(".")
    return f"{first}.{rest[0]}" if first == TOP and rest else first


def edges(house: list[Module]) -> Counter[tuple[str, str]]:
    """How many modules of one app import another app."""
    rooms = {module.room for module in house}
    return Counter(
        (module.room, target)
        for module in house
        for target in {room_of(name) for name in module.imports}
        if target in rooms and target != module.room
    )


def report(house: list[Module]) -> Iterator[str]:
    code = [module for module in house if not module.is_test]
    tests = [module for module in house if module.is_test]
    yield f"code   {_summary(code)}"
    yield f"tests  {_summary(tests)}"
    yield f"tests for each line of code: {_lines(tests) / max(1, _lines(code)):.2f}"
    yield f"\nlongest functions (limit {LONGEST_FUNCTION})"
    every = [(f.lines, f"{m.path}: {f.name}") for m in code for f in m.functions]
    yield from (f"{lines:5}  {name}" for lines, name in sorted(every, reverse=True)[:SHOWN])
    yield f"\nlongest files (limit {LONGEST_FILE})"
    files = sorted(((m.lines, str(m.path)) for m in code), reverse=True)
    yield from (f"{lines:5}  {name}" for lines, name in files[:SHOWN])
    yield "\nimports between apps (modules that import)"
    found = edges(code)
    yield from (f"{n:5}  {source} → {target}" for (source, target), n in sorted(found.items()))
    mutual = sorted({tuple(sorted(e)) for e in found if e[::-1] in found})
    yield f"\npairs that import each other: {', '.join(' and '.join(m) for m in mutual) or 'none'}"


def _sources(root: Path) -> Iterator[Path]:
    for room in (TOP, *ROOMS, "tests"):
        for path in (root / room).rglob("*.py"):
            if "migrations" not in path.parts:
                yield path


def _module(path: Path, root: Path) -> Module:
    text = path.read_text()
    tree = ast.parse(text)
    functions = [
        Function(node.name, (node.end_lineno or node.lineno) - node.lineno + 1)
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    lines = len(text.splitlines())
    return Module(path.relative_to(root), lines, tuple(functions), frozenset(_imports(tree)))


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def _lines(house: list[Module]) -> int:
    return sum(module.lines for module in house)


def _summary(house: list[Module]) -> str:
    functions = sorted(f.lines for m in house for f in m.functions) or [0]
    tall = functions[int(len(functions) * 0.9)]
    return (
        f"{len(house)} files, {_lines(house)} lines, {len(functions)} functions: median "
        f"{statistics.median(functions):.0f}, p90 {tall}, longest {functions[-1]}"
    )


if __name__ == "__main__":
    sys.stdout.write("\n".join(report(modules(ROOT))) + "\n")
