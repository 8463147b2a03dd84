"""`python -m tests.faults NAME|all [--mutant] [--json] [--seed N] [--seconds S]`."""

import argparse
import json
import subprocess
import sys
from dataclasses import asdict

from tests.faults.house import house
from tests.faults.outcome import HEADS, Outcome, table
from tests.faults.scenarios import FAULTS


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.faults", description=__doc__)
    parser.add_argument("name", choices=[*FAULTS, "all"])
    parser.add_argument("--mutant", action="store_true", help="the broken path: must lose")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seed", type=int, default=1, help="of the moments of the kills")
    parser.add_argument("--seconds", type=float, help="how long a server is away or flooded")
    options = parser.parse_args()
    if options.name == "all":
        return run_all(options)
    outcome = run_one(options)
    sys.stdout.write((json.dumps(asdict(outcome)) if options.json else str(outcome)) + "\n")
    return 0 if outcome.is_expected(options.mutant) else 1


def run_one(options: argparse.Namespace) -> Outcome:
    fault = FAULTS[options.name]
    with house(options.name, is_small=fault.module == "disk_full") as place:
        return fault.run(
            place, mutant=options.mutant, seed=options.seed, seconds=options.seconds
        )


def run_all(options: argparse.Namespace) -> int:
    """Each in a process of its own: Django opens on one house only."""
    words = [f"--seed={options.seed}"] + ["--mutant"] * options.mutant
    words += [f"--seconds={options.seconds}"] if options.seconds else []
    rows, failed = [], 0
    for name in FAULTS:
        command = [sys.executable, "-m", "tests.faults", name, "--json", *words]
        run = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True)
        failed += run.returncode != 0
        rows.append(_row(name, run))
        if options.json:
            sys.stdout.write(run.stdout)
    if not options.json:
        sys.stdout.write(table(rows) + "\n")
    return int(failed > 0)


def _row(name: str, run: "subprocess.CompletedProcess[str]") -> tuple[str, ...]:
    ok = "no" if run.returncode else "yes"
    try:
        told = json.loads(run.stdout.splitlines()[-1])
    except (ValueError, IndexError):
        return (name, *["-"] * (len(HEADS) - 2), "no: it broke off")
    keys = ("sent", "acknowledged", "stored", "lost", "doubled", "recover_s")
    why = "; ".join(told["broken"] or ([told["note"]] if told["skipped"] else []))
    ok = "skipped" if told["skipped"] else ok
    return (name, *(str(told[key]) for key in keys), f"{ok}: {why}" if why else ok)


if __name__ == "__main__":
    sys.exit(main())
