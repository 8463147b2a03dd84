"""A finding, and whether the code beside it says why it may stay."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

MARK = re.compile(
    r"(?:#|//|\{#)\s*(?:noqa|nosec|safe)\b:?\s*(?P<codes>[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)(?P<why>.*)"
)
# Fewer letters than these are no reason.
SHORTEST = 5


@dataclass(frozen=True)
class Finding:
    """`code` as the tool names it: B608 of bandit, S608 of ruff, H01 of our own rules."""

    tool: str
    code: str
    path: str
    line: int
    words: str
    last_line: int = 0

    @property
    def said(self) -> str:
        return f"{self.path}:{self.line}: {self.code} {self.words}"


@dataclass(frozen=True)
class Result:
    """What a check found; `note` says what it could not ask, or how much it looked at."""

    name: str
    findings: tuple[Finding, ...] = ()
    note: str = ""

    @property
    def unexplained(self) -> list[Finding]:
        return [each for each in self.findings if not explained(each)]


def explained(finding: Finding) -> bool:
    """Whether a line of the finding carries the tool's mark, its number and a reason."""
    lines = _lines(finding.path)
    last = max(finding.last_line, finding.line)
    return any(_says_why(line, finding.code) for line in lines[finding.line - 1 : last])


def unique(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(set(findings), key=lambda each: (each.path, each.line, each.code)))


def _says_why(line: str, code: str) -> bool:
    mark = MARK.search(line)
    if mark is None:
        return False
    numbers = {each.strip() for each in mark["codes"].split(",")}
    # Ruff's S rules are bandit's, by the same number.
    wanted = {code, f"S{code[1:]}"} if code.startswith("B") else {code}
    return bool(numbers & wanted) and len(re.sub(r"\W", "", mark["why"])) >= SHORTEST


@cache
def _lines(path: str) -> list[str]:
    file = Path(path)
    return file.read_text().splitlines() if file.is_file() else []
