"""A file system of some hundred MB for PostgreSQL, to be filled up. Root may mount one."""

import os
import subprocess
from pathlib import Path

SIZE_MB = 500
SPARED = 1024 * 1024


def mounted(home: Path) -> Path | None:
    """None where we may not."""
    home.mkdir(parents=True, exist_ok=True, mode=0o700)
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE_MB}m,mode=0700", "tmpfs", str(home)]
    try:
        subprocess.run(command, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        return None
    return home


def taken_away(home: Path) -> None:
    subprocess.run(["umount", str(home)], check=True)


def fill(home: Path) -> Path:
    """Leave no byte free."""
    ballast = home / "ballast"
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(SPARED))
        except OSError:
            os.fsync(file.fileno())
    return ballast
