"""Running a tool, and where the reports lie."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
VAR = Path(os.environ.get("CLINICITY_VAR") or ROOT / "var")
REPORTS = VAR / "reports"
BIN = Path(sys.executable).parent
# What is delivered: not the tests, whose passwords and asserts are made up.
CODE = (
    "clinicity", "patients", "biometrics", "documents", "twins", "alerts", "agents", "deploy",
    "benchmarks", "manage.py",
)  # fmt: skip


class ToolFailed(Exception):
    """A tool didn't do its work: that is a finding of its own."""


def run(
    *words: str | Path, may_end_with: Sequence[int] = (0,), env: dict[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a tool in the root of the tree. Raises ToolFailed with its last words."""
    done = subprocess.run(
        [str(word) for word in words], cwd=ROOT, env=env, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    if done.returncode not in may_end_with:
        last = (done.stderr or done.stdout).strip()[-600:]
        raise ToolFailed(f"{words[0]} ended with {done.returncode}: {last}")
    return done


def write(name: str, what: Any) -> Path:
    """Put a report under var/reports: text as it is, anything else as JSON."""
    REPORTS.mkdir(parents=True, exist_ok=True)
    path = REPORTS / name
    path.write_text(what if isinstance(what, str) else json.dumps(what, indent=1, default=str))
    return path
