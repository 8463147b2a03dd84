"""The importer is killed in the middle, and started again until it says that it is done."""

import random
import re
import subprocess
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from django.db import connections

from biometrics import selectors
from biometrics.verification import readings_verify
from clinicity.accounts.models import User
from clinicity.common.actors import WORKER
from patients.selectors import patients_page
from tests.faults.house import House, scratch
from tests.faults.outcome import Outcome
from tests.faults.people import EMAIL, clinician

FILES, MINUTES, KILLS = 16, 15_000, 5
FIRST = datetime(2003, 5, 7, 12, tzinfo=UTC)
LINE = re.compile(r"^\d+/\d+ (\w+):", re.MULTILINE)


def run(place: House, *, victim: str, mutant: bool, seed: int) -> Outcome:
    user, folder = clinician(), recordings(scratch(place, "recordings"))
    chance, said, killed, back = random.Random(seed), place.folder.log / "import.log", 0, [0.0]
    process = start(place, folder, mutant=mutant)
    while killed < KILLS and process.poll() is None:
        _await_more(said, process)
        time.sleep(chance.uniform(0.0, 0.4))
        at = time.monotonic()
        killed += 1
        if victim == "process":
            process.kill()
        else:
            place.kill_server(victim)
        process.wait()
        process = _restarted(place, folder, mutant=mutant)
        _await_more(said, process)
        back.append(time.monotonic() - at)
    while process.wait():
        process = _restarted(place, folder, mutant=mutant)
    return outcome_of(f"import_kill_{victim}", user, said, killed, max(back))


def recordings(folder: Path) -> Path:
    """Files of minutes with activity, all different."""
    for number in range(FILES):
        moments = (FIRST + timedelta(minutes=n) for n in range(MINUTES))
        rows = [
            f"{moment:%Y-%m-%d %H:%M:%S},{moment:%Y-%m-%d},{(n * (number + 1)) % 700}"
            for n, moment in enumerate(moments)
        ]
        text = "\n".join(["timestamp,date,activity", *rows]) + "\n"
        (folder / f"recording_{number}.csv").write_text(text)
    return folder


def start(place: House, folder: Path, *, mutant: bool) -> "subprocess.Popen[bytes]":
    program = ["-m", "tests.faults.mutant_command"] if mutant else ["manage.py"]
    words = ["import_actigraphy", str(folder), "--by", EMAIL, "--zone", "UTC"]
    return place.spawn([*program, *words], log="import")


def _restarted(place: House, folder: Path, *, mutant: bool) -> "subprocess.Popen[bytes]":
    """As a person does: again, until the database answers."""
    for _ in range(60):
        process = start(place, folder, mutant=mutant)
        time.sleep(1.5)
        if process.poll() in (None, 0):
            return process
    raise TimeoutError("The importer can't be started again.")


def _await_more(said: Path, process: "subprocess.Popen[bytes]") -> None:
    """Until one more file is told to be stored."""
    before = said.read_text().count("\n")
    while process.poll() is None and said.read_text().count("\n") == before:
        time.sleep(0.01)


def outcome_of(fault: str, user: User, said: Path, kills: int, back: float) -> Outcome:
    connections.close_all()  # what was open died with the server
    told = set(LINE.findall(said.read_text()))
    stored = lost = doubled = 0
    for number in range(FILES):
        name = f"recording_{number}"
        found = [row.id for row in patients_page(user.actor, search=f"actigraphy {name}").items]
        values = [value for patient_id in found for value in _values(patient_id)]
        due = [float(n * (number + 1) % 700) for n in range(MINUTES)] if name in told else []
        lost += max(0, len(due) - len(values)) or sum(
            a != b for a, b in zip(due, values, strict=False)
        )
        doubled += max(0, len(values) - MINUTES)
        doubled += sum(len(readings_verify(WORKER, patient_id).faults) for patient_id in found)
        stored += len(values)
    return Outcome(
        fault, sent=FILES * MINUTES, acknowledged=len(told) * MINUTES, stored=stored, lost=lost,
        doubled=doubled, recover_s=round(back, 2), kills=kills,
    )  # fmt: skip


def _values(patient_id: UUID) -> list[float]:
    found = selectors.readings_array(
        WORKER, patient_id, "activity", FIRST - timedelta(days=1), FIRST + timedelta(days=60)
    )
    return [float(value) for value in found.values]
