"""Whole data sets imported twice, and compared with another reading of their files."""

import math
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import call_command

from biometrics import selectors
from biometrics.models import ImportRun
from biometrics.selectors.samples import samples_page
from biometrics.tests.data_sets import DATA_SETS, Samples
from biometrics.verification import readings_verify
from clinicity.accounts.models import User
from clinicity.common.actors import WORKER
from patients.models import Patient
from patients.selectors import patients_page

DATA = Path(settings.CLINICITY_DATA_DIR)
FOLDERS = {"actigraphy_csv": "depresjon", "pmdata": "pmdata", "lifesnaps": "lifesnaps"}
ALWAYS = datetime(1990, 1, 1, tzinfo=UTC), datetime(2090, 1, 1, tzinfo=UTC)
pytestmark = [
    pytest.mark.slow, pytest.mark.realdata, pytest.mark.usefixtures("real_transactions")
]  # fmt: skip


@pytest.mark.parametrize("code", list(DATA_SETS))
def test_all_of_a_data_set_is_stored_once(alice: User, code: str) -> None:
    folder = DATA / FOLDERS[code]
    if not folder.exists():
        pytest.skip(f"There is no {folder}.")
    people = DATA_SETS[code](folder)
    for _ in range(2):
        words = ["--all-people", "--by", alice.email]
        call_command("import_readings", str(folder), *words, stdout=StringIO())
    wrong = {
        person: faults
        for person, samples in people.items()
        if (faults := list(_faults(alice, patient_of(alice, code, person), samples)))
    }
    assert wrong == {}
    assert len(people) == {"actigraphy_csv": 55, "pmdata": 10, "lifesnaps": 71}[code]


def patient_of(alice: User, code: str, person: str) -> Patient:
    (patient,) = (
        one
        for one in patients_page(alice.actor, search=f"{code} {person}"[:40]).items
        if one.last_name == person
    )
    return patient


def _faults(alice: User, patient: Patient, samples: Samples) -> list[str]:
    again, first = selectors.imports_page(alice.actor, patient.id).items
    total = sum(len(found) for found in samples.values())
    faults = [*_wrong_counts(first, again, total), *_wrong_figures(alice, patient, samples)]
    return [*faults, *readings_verify(WORKER, patient.id).faults]


def _wrong_counts(first: ImportRun, again: ImportRun, total: int) -> list[str]:
    counts = (first.state, first.accepted, first.corrected, first.rejected)
    twice = (again.state, again.accepted, again.corrected, again.duplicate)
    every = first.accepted + first.duplicate
    faults = [] if counts == ("done", total, 0, 0) else [f"{counts} of {total}"]
    return faults if twice == ("done", 0, 0, every) else [*faults, f"again {twice}"]


def _wrong_figures(alice: User, patient: Patient, samples: Samples) -> list[str]:
    """Counts and sums as they are read back, of every metric that was found."""
    (run, *_) = selectors.imports_page(alice.actor, patient.id).items
    faults = [] if set(run.found) == set(samples) else [f"{set(run.found) ^ set(samples)}"]
    for metric, found in samples.items():
        back = samples_page(alice.actor, patient.id, metric, *ALWAYS, size=10**6)
        here = len(back), math.fsum(back.columns.value)
        due = len(found), math.fsum(found.values())
        if here[0] != due[0] or not math.isclose(here[1], due[1], rel_tol=1e-9, abs_tol=1e-9):
            faults.append(f"{metric}: {here} and not {due}")
    return faults
