"""detect-secrets over every tracked file, held against `.secrets.baseline`."""

import json
from typing import Any

from clinicity.workbench.security.findings import Finding, Result, unique
from clinicity.workbench.security.running import BIN, ROOT, run, write

BASELINE = ROOT / ".secrets.baseline"
# Locks and tables hold hashes and codes by the thousand.
PASSED_OVER = (
    "package-lock.json", "requirements.lock", ".secrets.baseline", ".po", ".png", ".pdf",
    ".woff2", ".ico", ".csv", ".tsv", ".gz", ".svg",
)  # fmt: skip
# In tests, made-up passwords and digests are the rule; keys of real services are not.
IN_TESTS = frozenset(
    {"Secret Keyword", "Hex High Entropy String", "Base64 High Entropy String",
     "Basic Auth Credentials"}
)  # fmt: skip


def secrets() -> Result:
    """What looks like a secret and isn't in the baseline with its reason."""
    scanned = _scanned()
    write("secrets.json", scanned)
    known = {
        (name, each["hashed_secret"]): each.get("why", "")
        for name, entries in json.loads(BASELINE.read_text())["results"].items()
        for each in entries
    }
    found = [
        Finding("detect-secrets", "SECRET", name, each["line_number"], each["type"])
        for name, entries in scanned["results"].items()
        for each in entries
        if not known.get((name, each["hashed_secret"]))
        and not (_is_test(name) and each["type"] in IN_TESTS)
    ]
    return Result("detect-secrets", unique(found), f"{len(known)} explained in the baseline")


def _scanned() -> dict[str, dict[str, list[dict[str, Any]]]]:
    tracked = run("git", "ls-files").stdout.split("\n")
    files = [
        name
        for name in tracked
        if name and not name.endswith(PASSED_OVER) and (ROOT / name).is_file()
    ]
    found: dict[str, dict[str, list[dict[str, Any]]]] = json.loads(
        run(BIN / "detect-secrets", "scan", *files).stdout
    )
    return found


def _is_test(name: str) -> bool:
    return "/tests/" in name or name.startswith("tests/") or name == "conftest.py"
