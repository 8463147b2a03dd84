"""`python -m tests.faults NAME|all [--mutant] [--json] [--seed N]`."""

import argparse
import json
import subprocess
import sys
from dataclasses import asdict

from tests.faults.house import house
from tests.faults.scenarios import FAULTS


def main() -> int:
    parser = argparse.ArgumentParser(prog="tests.faults", description=__doc__)
    parser.add_argument("name", choices=[*FAULTS, "all"])
    parser.add_argument("--mutant", action="store_true", help="the broken path: must lose")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--seed", type=int, default=1, help="of the moments of the kills")
    options = parser.parse_args()
    if options.name == "all":
        return run_all(sys.argv[1:])
    with house(options.name) as place:
        outcome = FAULTS[options.name](place, mutant=options.mutant, seed=options.seed)
    sys.stdout.write((json.dumps(asdict(outcome)) if options.json else str(outcome)) + "\n")
    return 0 if outcome.is_expected(options.mutant) else 1


def run_all(words: list[str]) -> int:
    """Each in a process of its own: Django opens on one house only."""
    rest = [word for word in words if word != "all"]
    runs = [
        subprocess.run([sys.executable, "-m", "tests.faults", name, *rest], check=False)
        for name in FAULTS
    ]
    return int(any(run.returncode for run in runs))


if __name__ == "__main__":
    sys.exit(main())
