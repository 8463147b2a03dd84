"""Readers of an import killed with SIGKILL, one after the other, until one ends."""

import random
import subprocess
import sys
import time
from typing import Any

import pytest

from biometrics import selectors, services
from biometrics.services import ImportOptions
from biometrics.tests.import_lines import Upload, text_of
from biometrics.tests.test_imports import values
from biometrics.verification import readings_verify
from clinicity.accounts.models import User
from clinicity.common.actors import WORKER
from patients.models import Patient

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("real_transactions")]
ROWS, KILLS = 800, 4


def test_killed_import_loses_and_doubles_nothing(
    alice: User, patient: Patient, make_upload: Upload, settings: Any
) -> None:
    from clinicity.environment import var_dir

    settings.MEDIA_ROOT = var_dir() / "files"
    run = services.import_request(
        by=alice.actor, patient_id=patient.id, upload_id=make_upload(text_of(ROWS)).id,
        options=ImportOptions(),
    )  # fmt: skip
    words = [str(run.id), str(patient.id), str(run.job_id)]
    chance, reached = random.Random(3), []
    for kill in range(KILLS + 1):
        reader = subprocess.Popen(
            [sys.executable, "-m", "biometrics.tests.import_worker", *words],
            stdout=subprocess.PIPE,
        )
        assert reader.stdout
        reader.stdout.readline()  # a chunk is committed
        if kill < KILLS:
            time.sleep(chance.uniform(0.0, 0.4))
            reader.kill()
        reader.communicate()
        reached.append(selectors.import_get(alice.actor, run.id).position)
    assert reached == sorted(set(reached))
    assert reached[-2] < ROWS == reached[-1]
    done = selectors.import_get(alice.actor, run.id)
    assert (done.state, done.accepted, done.duplicate) == ("done", ROWS, 0)
    assert values(alice, patient) == [60.0 + n for n in range(ROWS)]
    assert not readings_verify(WORKER, patient.id).faults
