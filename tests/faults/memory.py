"""How much memory a process holds, and the most it held since we last asked to forget."""

from pathlib import Path

KIB = 1024


def forget_peak(pid: int) -> None:
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def resident_mb(pid: int, name: str = "VmRSS") -> int:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) // KIB
    raise LookupError(name)


def peak_mb(pid: int) -> int:
    return resident_mb(pid, "VmHWM")
