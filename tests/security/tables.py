"""ASVS and HIPAA as pages, made of the data beside them, and what they may name."""

import ast
from collections import Counter
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

FOLDER = Path("docs/security")
MARKS = {"held": "●", "partly": "◐", "not met": "○", "not applicable": "–"}
ASVS = """# ASVS 5.0.0, levels 1 and 2

Every requirement of OWASP's Application Security Verification Standard 5.0.0 at levels 1 and 2,
in our own words, with the test or the page that holds it or the reason why it isn't held. The
standard's own words: <https://github.com/OWASP/ASVS> (CC BY-SA 4.0). Made of `asvs.yaml`; a test
fails on a test or page named there that doesn't exist. We assess ourselves here: nobody has
certified anything.
"""
HIPAA = """# HIPAA: the technical safeguards, 45 CFR 164.312

Each standard and specification in our own words, with the tests that hold it or what is missing.
It is about software alone: administrative and physical safeguards, agreements and training are
the clinic's, and no software makes a clinic compliant. Made of `hipaa.yaml`.
"""
CHAPTERS = {
    "1": "Encoding and sanitisation", "2": "Validation and business logic",
    "3": "Web pages", "4": "API and services", "5": "Files", "6": "Authentication",
    "7": "Sessions", "8": "Authorisation", "9": "Self-contained tokens",
    "10": "OAuth and OpenID Connect", "11": "Cryptography", "12": "Communication",
    "13": "Configuration", "14": "Data protection", "15": "Coding and architecture",
    "16": "Logging and errors", "17": "WebRTC",
}  # fmt: skip


@dataclass(frozen=True)
class Line:
    """One requirement: `by` names tests (path::name) and pages (path)."""

    id: str
    level: str
    says: str
    state: str
    by: tuple[str, ...]
    why: str


def lines_of(name: str) -> list[Line]:
    rows = yaml.safe_load((FOLDER / f"{name}.yaml").read_text())
    return [
        Line(
            row["id"], str(row["level"]), row["says"], row["state"],
            tuple(row.get("by", ())), row.get("why", ""),
        )
        for row in rows
    ]  # fmt: skip


def is_there(named: str) -> bool:
    """Whether the named test, or page, exists."""
    path, _, test = named.partition("::")
    if not Path(path).is_file():
        return False
    return not test or test in _tests_of(path)


@cache
def _tests_of(path: str) -> frozenset[str]:
    tree = ast.parse(Path(path).read_text())
    return frozenset(
        node.name
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )


def rendered(name: str) -> str:
    lines, head = lines_of(name), ASVS if name == "asvs" else HIPAA
    counts = Counter(line.state for line in lines)
    told = " · ".join(f"{MARKS[state]} {state}: {counts[state]}" for state in MARKS)
    parts = [f"{head}\n{told}\n"]
    chapter = ""
    for line in lines:
        if name == "asvs" and line.id.split(".")[0] != chapter:
            chapter = line.id.split(".")[0]
            parts.append(f"\n## V{chapter} {CHAPTERS[chapter]}\n")
        if parts[-1].endswith("\n") and not parts[-1].startswith("|"):
            parts.append(
                "| | | level | requirement | held by, or why not |\n|---|---|---|---|---|\n"
            )
        parts.append(_row(line))
    return "".join(parts)


def _row(line: Line) -> str:
    held = " ".join(f"`{each}`" for each in line.by)
    told = f"{held}{'. ' if held and line.why else ''}{line.why}".replace("|", "\\|")
    return f"| {MARKS[line.state]} | {line.id} | {line.level} | {line.says} | {told} |\n"
