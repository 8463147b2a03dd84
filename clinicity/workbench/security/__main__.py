"""Run the checks one after the other, a line each. Exits with 1 on what nobody explained."""

import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable

from clinicity.workbench.security.code import bandit, own_rules, ruff
from clinicity.workbench.security.deployment import deployment
from clinicity.workbench.security.findings import Finding, Result
from clinicity.workbench.security.packages import asked, bills, licences, not_asked
from clinicity.workbench.security.running import REPORTS, ToolFailed, write
from clinicity.workbench.security.secrets import secrets

QUICK = {"ruff S": ruff, "bandit": bandit, "own rules": own_rules}
SLOW = {
    "detect-secrets": secrets,
    "check --deploy": deployment,
    "licences": licences,
    "bills of materials": bills,
}


def main() -> int:
    options = ArgumentParser(prog="python -m clinicity.workbench.security")
    options.add_argument("--quick", action="store_true", help="only what takes seconds")
    options.add_argument("--ask", action="store_true", help="ask a vulnerability database")
    wanted = options.parse_args()
    checks: dict[str, Callable[[], Result]] = dict(QUICK)
    if not wanted.quick:
        checks |= {**SLOW, "vulnerabilities": asked if wanted.ask else not_asked}
    results = [_carried_out(name, check) for name, check in checks.items()]
    write(
        "security.json",
        [
            {"check": each.name, "note": each.note, "explained": _explained(each),
             "open": [one.said for one in each.unexplained]}
            for each in results
        ],
    )  # fmt: skip
    _say(f"Reports: {REPORTS}")
    return int(any(each.unexplained for each in results))


def _carried_out(name: str, check: Callable[[], Result]) -> Result:
    begun = time.monotonic()
    try:
        result = check()
    except ToolFailed as error:
        result = Result(name, (Finding(name, "TOOL", name, 0, str(error)),))
    took = time.monotonic() - begun
    standing = f"{len(result.unexplained)} open" if result.unexplained else "nothing open"
    if result.name == "vulnerabilities" and not result.findings:
        standing = "-"
    parts = [standing, f"{_explained(result)} explained", result.note]
    _say(f"{result.name:20} {', '.join(part for part in parts if part)} ({took:.1f} s)")
    for each in result.unexplained:
        _say(f"    {each.said}")
    return result


def _explained(result: Result) -> int:
    return len(result.findings) - len(result.unexplained)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
