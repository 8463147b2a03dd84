"""kill -9 in the middle of `manage.py rebuild_segments`: everything still agrees."""

import random
import subprocess
import time
from datetime import timedelta

import numpy as np
from django.db import connection

from biometrics import services
from biometrics.features.columns import columns_of
from biometrics.services.readings import PATIENT_LOCK
from biometrics.verification import Verdict, readings_verify
from clinicity.accounts.models import User
from clinicity.common.actors import WORKER
from patients.models import Patient
from tests.faults.house import House
from tests.faults.load import FIRST
from tests.faults.outcome import Outcome
from tests.faults.people import clinician, patient

PATIENTS, BATCHES, SAMPLES, KILLS, PATIENCE = 3, 6, 20_000, 5, 60.0
HELD = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND classid = %s AND granted"


def run(place: House, *, mutant: bool, seed: int) -> Outcome:
    user, chance = clinician(), random.Random(seed)
    people = [_with_readings(user, number) for number in range(PATIENTS)]
    due, faults, lost, missed = BATCHES * SAMPLES, 0, 0, 0
    for _ in range(KILLS):
        process = _start(place, mutant=mutant)
        _await_lock(process)
        time.sleep(chance.uniform(0.0, 0.3))
        missed += process.poll() is not None
        process.kill()
        process.wait()
        verdicts = [readings_verify(WORKER, person.id) for person in people]
        lost += sum(max(0, due - each.samples) for each in verdicts)
        faults += sum(len(each.faults) for each in verdicts)
    began = time.monotonic()
    done = _start(place, mutant=False).wait()
    verdicts = [readings_verify(WORKER, person.id) for person in people]
    return _outcome(verdicts, faults, lost, missed, done, round(time.monotonic() - began, 2))


def _outcome(
    verdicts: list[Verdict], faults: int, lost: int, missed: int, done: int, seconds: float
) -> Outcome:
    left = [fault for each in verdicts for fault in each.faults]
    broken = [f"{faults} disagreements after kills"] * bool(faults) + left
    broken += ["the rebuild failed"] * bool(done) + ["no kill was in time"] * (missed == KILLS)
    total = PATIENTS * BATCHES * SAMPLES
    return Outcome(
        "rebuild_kill", total, total, sum(each.samples for each in verdicts), lost, 0, seconds,
        kills=KILLS, broken=tuple(broken),
    )  # fmt: skip


def _with_readings(user: User, number: int) -> Patient:
    person = patient(user, number)
    for batch in range(BATCHES):
        first = FIRST + timedelta(minutes=batch * SAMPLES)
        times = np.arange(SAMPLES) * 60_000 + round(first.timestamp() * 1000)
        services.columns_store(
            by=user.actor, patient_id=person.id, source="test",
            columns={"heart_rate": columns_of(times, 60 + np.arange(SAMPLES) * 7 % 101)},
        )  # fmt: skip
    return person


def _start(place: House, *, mutant: bool) -> "subprocess.Popen[bytes]":
    program = ["-m", "tests.faults.mutant_command"] if mutant else ["manage.py"]
    return place.spawn([*program, "rebuild_segments"], log="rebuild")


def _await_lock(process: "subprocess.Popen[bytes]") -> None:
    """Until it holds a patient, which is when it begins to change something."""
    deadline = time.monotonic() + PATIENCE
    while process.poll() is None and time.monotonic() < deadline:
        with connection.cursor() as cursor:
            cursor.execute(HELD, [PATIENT_LOCK])
            if cursor.fetchone()[0]:
                return
        time.sleep(0.005)
