"""Minute actigraphy from files, made and real."""

from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np
import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import OperationalError

from biometrics import selectors
from biometrics.importers.actigraphy import actigraphy_columns
from clinicity.accounts.models import User
from patients.selectors import patients_page

pytestmark = pytest.mark.django_db
OSLO = ZoneInfo("Europe/Oslo")
REAL = Path(settings.CLINICITY_DATA_DIR) / "depresjon"


def write(path: Path, first: datetime, count: int, shape: str = "%Y-%m-%d %H:%M:%S") -> None:
    rows = ["timestamp,date,activity"]
    moments = [first + timedelta(minutes=n) for n in range(count)]
    rows += [
        f"{moment.strftime(shape)},{moment:%Y-%m-%d},{n % 300}"
        for n, moment in enumerate(moments)
    ]
    path.write_text("\n".join(rows) + "\n")


def run(folder: Path, user: User) -> str:
    out = StringIO()
    call_command("import_actigraphy", str(folder), "--by", user.email, stdout=out)
    return out.getvalue()


def test_each_file_is_one_patient_and_again_changes_nothing(
    alice: User, tmp_path: Path
) -> None:
    write(tmp_path / "control_1.csv", datetime(2003, 3, 18, 15), 2000)  # noqa: DTZ001
    write(tmp_path / "control_2.csv", datetime(2003, 3, 18, 15), 100, "%d/%m/%Y %H:%M")  # noqa: DTZ001
    assert "2100 minutes of 2 recordings" in run(tmp_path, alice)
    again = run(tmp_path, alice)
    assert "0 accepted, 2000 duplicate" in again
    assert len(patients_page(alice.actor).items) == 2


def test_more_columns_than_the_three_are_left_alone(alice: User, tmp_path: Path) -> None:
    rows = ["timestamp,date,activity,,", "18/3/2003 15:00,18/3/2003,60,,289.6553167"]
    (tmp_path / "control_1.csv").write_text("\n".join([*rows, "18/3/2003 15:01,18/3/2003,0,,"]))
    assert "2 minutes of 1 recordings" in run(tmp_path, alice)


def test_the_hour_that_comes_twice_is_kept_twice(tmp_path: Path) -> None:
    # Clocks in Oslo went back on 26 October 2003 at 03:00; the recorder's did not.
    write(tmp_path / "a.csv", datetime(2003, 10, 26, 1, 59), 3)  # noqa: DTZ001
    (tmp_path / "a.csv").write_text(
        (tmp_path / "a.csv").read_text() + "2003-10-26 02:00:00,2003-10-26,9\n"
    )
    columns = actigraphy_columns(tmp_path / "a.csv", OSLO)
    hour = 3_600_000
    assert np.diff(columns.start_ms).tolist() == [60_000, 60_000, hour - 60_000]


@pytest.mark.parametrize(
    "text",
    ["2003-03-18 05:07:00", "2003-03-18 5:07:00", "18/03/2003 5:07", "2003-03-18T04:07:00Z"],
)
def test_ways_of_writing_a_time(tmp_path: Path, text: str) -> None:
    (tmp_path / "a.csv").write_text(f"timestamp,date,activity\n{text},2003-03-18,9\n")
    columns = actigraphy_columns(tmp_path / "a.csv", OSLO)
    assert datetime.fromtimestamp(columns.start_ms[0] / 1000, UTC).hour == 4


@pytest.mark.parametrize(
    "text",
    [
        "timestamp,date,activity\nnoon,x,1\n",
        "timestamp,date,activity\n2003-01-01 00:00:00,x,?\n",
    ],
)
def test_bad_file_is_named_with_its_row(alice: User, tmp_path: Path, text: str) -> None:
    (tmp_path / "bad.csv").write_text(text)
    with pytest.raises(CommandError, match=r"bad\.csv, row 2"):
        run(tmp_path, alice)


def test_folder_without_recordings_is_told(alice: User, tmp_path: Path) -> None:
    (tmp_path / "notes.csv").write_text("a,b\n")
    with pytest.raises(CommandError, match="timestamp,date,activity"):
        run(tmp_path, alice)


def test_demo_says_that_it_marks_people_as_simulated(alice: User, tmp_path: Path) -> None:
    write(tmp_path / "a.csv", datetime(2003, 3, 18, 15), 10)  # noqa: DTZ001
    assert "marked as simulated" in run(tmp_path, alice)
    (patient,) = patients_page(alice.actor).items
    assert patient.simulated


def test_lost_database_is_told_in_a_sentence(
    alice: User, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def lost(*_: object, **__: object) -> None:
        raise OperationalError

    monkeypatch.setattr("biometrics.management.commands.import_actigraphy.columns_store", lost)
    write(tmp_path / "a.csv", datetime(2003, 3, 18, 15), 10)  # noqa: DTZ001
    with pytest.raises(CommandError, match="goes on where it stopped"):
        run(tmp_path, alice)


@pytest.mark.realdata
@pytest.mark.skipif(
    not REAL.exists(), reason="Put the Depresjon data into CLINICITY_DATA_DIR/depresjon"
)
def test_real_recording_loses_no_minute(alice: User, tmp_path: Path) -> None:
    source = REAL / "condition" / "condition_1.csv"
    (tmp_path / "condition_1.csv").write_bytes(source.read_bytes())
    run(tmp_path, alice)
    (patient,) = patients_page(alice.actor).items
    found = selectors.readings_array(
        alice.actor,
        patient.id,
        "activity",
        datetime(2000, 1, 1, tzinfo=UTC),
        datetime(2010, 1, 1, tzinfo=UTC),
    )
    rows = source.read_text().splitlines()[1:]
    assert found.values.tolist() == [float(row.rsplit(",", 1)[1]) for row in rows]
