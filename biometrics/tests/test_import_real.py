"""Real data sets through the whole importing: stopped, gone on with, and again."""

from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from biometrics import selectors
from biometrics.importers import IMPORTERS
from biometrics.services import importing
from biometrics.verification import readings_verify
from clinicity.accounts.models import User
from clinicity.common.actors import WORKER
from patients.models import Patient

DATA = Path(settings.CLINICITY_DATA_DIR)
SETS = {
    "actigraphy_csv": (DATA / "depresjon" / "condition" / "condition_1.csv", ""),
    "pmdata": (DATA / "pmdata", "p01"),
}
pytestmark = [pytest.mark.django_db, pytest.mark.realdata]


@pytest.mark.parametrize("code", list(SETS))
def test_real_data_stopped_and_gone_on_with_is_stored_once(
    alice: User, patient: Patient, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, person = SETS[code]
    if not path.exists() or code not in IMPORTERS:
        pytest.skip(f"There is no {path}.")
    words = [str(path), "--by", alice.email, "--patient", str(patient.id), "--person", person]
    store, calls = importing.lanes_store, []

    def stopping(**values: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return store(**values)

    with monkeypatch.context() as patch:
        patch.setattr(importing, "lanes_store", stopping)
        with suppress(CommandError):  # a file of one chunk ends before it is stopped
            call_command("import_readings", *words, stdout=StringIO())
    out = StringIO()
    call_command("import_readings", *words, stdout=out)
    call_command("import_readings", *words, stdout=out)
    again, *earlier = selectors.imports_page(alice.actor, patient.id).items
    (first,) = earlier if len(calls) == 2 else earlier[:1]
    total = sum(count for count, *_ in first.found.values())
    assert total == first.accepted + first.duplicate + first.corrected > 1000
    assert (again.accepted, again.found) == (0, first.found)
    assert not readings_verify(WORKER, patient.id).faults
