"""Damaged files of every format: what can't be read is told, and nothing else happens."""

import json
import random
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest

from biometrics.importers.actigraphy import ACTIGRAPHY_CSV
from biometrics.importers.awd import AWD
from biometrics.importers.base import Importer, Unreadable
from biometrics.importers.fhir import FHIR
from biometrics.importers.gt3x import GT3X
from biometrics.importers.open_mhealth import OPEN_MHEALTH
from biometrics.importers.table import TABLE
from biometrics.tests import (
    gt3x_files,
    test_actigraphy_csv,
    test_awd,
    test_fhir_import,
    test_open_mhealth,
)
from biometrics.tests.importing import OSLO, read

MAPPING = {"time": "when", "value.HR": "heart_rate", "device": "by", "offset": "tz"}


def make_export(path: Path) -> Path:
    return test_actigraphy_csv.export(path, 30)


def make_recording(path: Path) -> Path:
    return test_actigraphy_csv.recording(path, 30, datetime(2003, 10, 26))  # noqa: DTZ001


def make_awd(path: Path) -> Path:
    return test_awd.write(path, ["12", "3 M", "0, 7"] * 10)


def make_points(path: Path) -> Path:
    points = [test_open_mhealth.pulse(60 + n) for n in range(20)]
    path.write_text(json.dumps(points))
    return path


def make_bundle(path: Path) -> Path:
    resources = [test_fhir_import.observation(), test_fhir_import.samples("80 E 81")] * 8
    entries = [{"resource": resource} for resource in resources]
    path.write_text(json.dumps({"resourceType": "Bundle", "entry": entries}))
    return path


def make_table(path: Path) -> Path:
    rows = [f"2024-03-10 08:{n:02},{n},watch,+01:00" for n in range(30)]
    path.write_text("\n".join(["when,HR,by,tz", *rows]))
    return path


KINDS: list[tuple[Importer, Callable[[Path], Path]]] = [
    (ACTIGRAPHY_CSV, make_recording), (ACTIGRAPHY_CSV, make_export), (AWD, make_awd),
    (OPEN_MHEALTH, make_points), (FHIR, make_bundle), (TABLE, make_table),
]  # fmt: skip


def damaged(whole: bytes, rng: random.Random) -> bytes:
    """A few bytes changed, lost or put in, now and then the end cut off."""
    data = bytearray(whole)
    for _ in range(rng.randint(1, 6)):
        place = rng.randrange(len(data))
        if rng.random() < 0.6:
            data[place] = rng.choice([*b'0919,;:"{}[]-eE. \n', rng.randrange(256)])
        elif rng.random() < 0.5:
            del data[place : place + rng.randint(1, 40)]
        else:
            data[place:place] = rng.choice(
                [b"9" * 30, b"\0" * 9, b"\x1e", b"\xff", b",,,", b"\n"]
            )
    return bytes(data[: rng.randrange(len(data))] if rng.random() < 0.1 else data)


@pytest.mark.parametrize(("importer", "make"), KINDS, ids=[make.__name__ for _, make in KINDS])
def test_damage_is_told(
    tmp_path: Path, importer: Importer, make: Callable[[Path], Path]
) -> None:
    whole = make(tmp_path / "whole").read_bytes()
    rng = random.Random(7)
    path, readable, refused = tmp_path / "damaged", 0, 0
    for _ in range(150):
        path.write_bytes(damaged(whole, rng))
        importer.matches(path)
        try:
            read(importer, path, zone=OSLO, mapping=MAPPING)
            readable += 1
        except Unreadable:
            refused += 1
    # Were all refused or none, the damage would prove little.
    assert readable > 10
    assert refused > 0


def test_damage_inside_a_log_is_named_by_its_record(tmp_path: Path) -> None:
    log = gt3x_files.parameters() + gt3x_files.seconds_of(gt3x_files.moving(130))
    rng, named = random.Random(7), 0
    for _ in range(60):
        path = gt3x_files.write(tmp_path / "a.gt3x", damaged(log, rng))
        result = read(GT3X, path, zone=OSLO)
        named += bool(result.reasons)
        assert len(result.lanes) in (0, 2)
    assert named > 50


def test_damage_to_a_zip_is_told(tmp_path: Path) -> None:
    log = gt3x_files.parameters() + gt3x_files.seconds_of(gt3x_files.moving(60))
    whole = gt3x_files.write(tmp_path / "a.gt3x", log).read_bytes()
    rng, refused = random.Random(7), 0
    for _ in range(60):
        (tmp_path / "a.gt3x").write_bytes(damaged(whole, rng))
        GT3X.matches(tmp_path / "a.gt3x")
        try:
            read(GT3X, tmp_path / "a.gt3x")
        except Unreadable:
            refused += 1
    assert refused > 50
