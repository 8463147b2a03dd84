"""What linters say of the code, and rules of our own for templates and scripts."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from clinicity.workbench.security.findings import Finding, Result, unique
from clinicity.workbench.security.running import BIN, CODE, ROOT, run, write

# Code → pattern and words. In HTML a reason stands in `{# safe: H01 why #}`, in a script in
# `// safe: J01 why`, on the same line.
TEMPLATE_RULES = {
    "H01": (r"\|\s*safe\b|\{%\s*autoescape\s+off", "text is put on the page unescaped"),
    "H02": (r"<script(?![^>]*\bsrc=)(?![^>]*\bnonce=)", "a script inside the page"),
    "H03": (r"\son[a-z]+\s*=\s*[\"']", "an event handler inside the page"),
    "H04": (r"(?:href|src|action)\s*=\s*[\"']javascript:", "an address that runs"),
    "H05": (r"\b(?:src|href)=[\"'](?:https?:)?//(?!www\.w3\.org)[^\"']+\.(?:js|css)\b",
            "a script or style of another host"),
    "H06": (r"<form(?=[^>]*method=[\"']post)(?:(?!csrf_token|</form>)[\s\S])*</form>",
            "a form that changes something without its token"),
    "H07": (r"target=[\"']_blank[\"'](?![^>]*\brel=)", "a new window that knows its opener"),
}  # fmt: skip
SCRIPT_RULES = {
    "J01": (r"\.(?:inner|outer)HTML\s*=|insertAdjacentHTML|document\.write",
            "markup is made of a text"),
    "J02": (r"\beval\s*\(|new\s+Function\s*\(", "a text is run"),
    "J03": (r"\bpostMessage\b|window\.onmessage|window\.addEventListener\([\"']message", "messages of other windows"),
    "J04": (r"(?:local|session)Storage", "something stays in the browser"),
    "J05": (r"document\.cookie", "a script reads or writes cookies"),
}  # fmt: skip
# These rules themselves, and the walk that is a client of our own server.
NOT_SERVED = ("clinicity/workbench/security/", "clinicity/demo/smoke/")
PYTHON_RULES = {
    "P01": (r"^(?!\s*#)(?!\s*from )(?!\s*import ).*\bcsrf_exempt\b", "a view without CSRF check"),
    "P02": (r"^(?!\s*#).*\bverify\s*=\s*False", "a certificate that nobody checks"),
    "P03": (r"\ballow_redirects\s*=\s*True|follow_redirects\s*=\s*True",
            "a call that goes wherever it is sent"),
}  # fmt: skip


def bandit() -> Result:
    """Bandit over what is delivered; its skipped tests have their reasons in pyproject.toml."""
    done = run(
        BIN / "bandit", "-q", "-r", *CODE, "-c", "pyproject.toml", "-f", "json",
        "-x", "*/tests/*", "--ignore-nosec", may_end_with=(0, 1),
    )  # fmt: skip
    report = json.loads(done.stdout)
    write("bandit.json", report)
    found = (
        Finding(
            "bandit", each["test_id"], each["filename"].removeprefix("./"),
            min(each["line_range"]), each["issue_text"], max(each["line_range"]),
        )
        for each in report["results"]
    )  # fmt: skip
    return Result("bandit", unique(found), f"{len(report['metrics']) - 1} files")


def ruff() -> Result:
    """Ruff's S rules, also those that a `noqa` silences: it has to say why.

    S603 and S607 are ignored in pyproject.toml, which says why.
    """
    done = run(
        BIN / "ruff", "check", *CODE, "--select", "S", "--ignore", "S603,S607", "--ignore-noqa", "--output-format",
        "json", "--exclude", "tests", may_end_with=(0, 1),
    )  # fmt: skip
    report = json.loads(done.stdout)
    write("ruff-s.json", report)
    found = (
        Finding(
            "ruff", each["code"], str(Path(each["filename"]).relative_to(ROOT)),
            each["location"]["row"], each["message"], _end_of(each),
        )
        for each in report
    )  # fmt: skip
    return Result("ruff S", unique(found))


def _end_of(each: dict[str, Any]) -> int:
    # A long string's mark stands behind its last line.
    return max(int(each["end_location"]["row"]), int(each.get("noqa_row") or 0))


def own_rules() -> Result:
    """Our own rules where the linters of Python don't look."""
    found = [
        *_matching("templates", "*.html", TEMPLATE_RULES),
        *_matching("static", "*.js", SCRIPT_RULES),
        *(each for place in CODE[:-1] for each in _matching(place, "*.py", PYTHON_RULES)),
    ]
    write("own-rules.json", [each.said for each in found])
    return Result("own rules", unique(found))


def _matching(place: str, pattern: str, rules: dict[str, tuple[str, str]]) -> Iterator[Finding]:
    for path in sorted((ROOT / place).rglob(pattern)):
        name = str(path.relative_to(ROOT))
        if "/tests/" in name or name.startswith(NOT_SERVED):
            continue
        yield from _in_text(name, path.read_text(), rules)


def _in_text(name: str, text: str, rules: dict[str, tuple[str, str]]) -> Iterator[Finding]:
    for code, (expression, words) in rules.items():
        for match in re.finditer(expression, text, re.MULTILINE | re.IGNORECASE):
            line = text.count("\n", 0, match.start()) + 1
            yield Finding("own", code, name, line, words)
