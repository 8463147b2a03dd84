"""Readings as files: equal to what is stored, on record, harmless, in constant memory."""

import csv
import io
import tracemalloc
from collections.abc import Callable
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow.parquet as pq
import pytest
from asgiref.sync import async_to_sync
from django.test import AsyncRequestFactory
from rest_framework.test import APIClient, force_authenticate

from biometrics import exports
from biometrics.api.views.export import ExportView
from biometrics.features.columns import columns_of
from biometrics.tests.measured import END, MINUTE, START, START_MS, measure, store
from clinicity.accounts.models import User
from clinicity.audit.models import AuditEvent
from clinicity.privacy.pseudonyms import pseudonym
from patients.models import Patient

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]
PATH = "/api/v1/biometrics/export"


@pytest.fixture
def devices(alice: User, patient: Patient) -> tuple[UUID, UUID]:
    return measure(alice, patient)


def asked(patient: Patient, **more: Any) -> dict[str, Any]:
    place = {"patient_id": str(patient.id), "start": START.isoformat(), "end": END.isoformat()}
    return place | more


def content(answer: Any) -> bytes:
    return b"".join(answer.streaming_content)


def test_csv_holds_every_sample_with_notes_on_top(
    api: Api, alice: User, patient: Patient, devices: tuple[UUID, UUID]
) -> None:
    answer = api(alice).get(PATH, asked(patient, format="csv"))
    lines = content(answer).decode().splitlines()
    notes = [line for line in lines if line.startswith("# ")]
    rows = list(csv.DictReader(lines[len(notes) :]))
    assert len(rows) == 1296 * 2 + 48 + 6 + 1
    assert tuple(rows[0]) == exports.COLUMNS
    simulated = "the person and every value" if patient.simulated else "no"
    assert f"# simulated: {simulated}" in notes
    assert "# coverage heart_rate: 9 of 10 days with data, 1296 samples" in notes
    beats = [row for row in rows if row["metric"] == "heart_rate"]
    assert beats[0] == {
        "start_utc": "2026-01-10T00:00:00.000Z", "end_utc": "2026-01-10T00:00:00.000Z",
        "utc_offset_min": "0", "metric": "heart_rate", "loinc": "8867-4", "value": "60.0",
        "unit": "/min", "device": pseudonym(devices[0]), "implausible": "0",
    }  # fmt: skip
    assert [row["value"] for row in beats if row["implausible"] == "1"] == ["400.0"]


def test_parquet_holds_the_same(
    api: Api, alice: User, patient: Patient, devices: tuple[UUID, UUID],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(exports, "BATCH", 500)
    answer = api(alice).get(PATH, asked(patient, format="parquet", metrics=["heart_rate"]))
    file = pq.ParquetFile(io.BytesIO(content(answer)))
    table = file.read()
    assert file.num_row_groups == 3
    assert table.num_rows == 1296
    assert table.column("start_utc")[0].as_py() == START
    assert table.column("value").to_pylist().count(400.0) == 1
    assert set(table.column("device").to_pylist()) == {pseudonym(devices[0])}
    assert "coverage heart_rate" in table.schema.metadata[b"clinicity.notes"].decode()


def test_the_export_is_on_record_and_unnamed(
    api: Api, alice: User, patient: Patient, devices: tuple[UUID, UUID]
) -> None:
    answer = api(alice).get(PATH, asked(patient))
    event = AuditEvent.objects.get(act="reading.export", actor_id=alice.id)
    assert event.patient_id == patient.id
    assert event.details["metrics"] == ["steps", "heart_rate", "sleep_stage", "weight"]
    text = content(answer).decode()
    for name in (patient.first_name, patient.last_name, str(patient.id)):
        assert name not in answer["Content-Disposition"]
        assert name not in text


def test_a_formula_is_disarmed() -> None:
    for text in ("=1+1", "+1", "-1", "@x", "\tx", "\rx"):
        assert exports.plain_cell(text) == f"'{text}"
    assert exports.plain_cell("/min") == "/min"


def test_an_empty_export_says_so(api: Api, alice: User, patient: Patient) -> None:
    lines = content(api(alice).get(PATH, asked(patient))).decode().splitlines()
    assert lines[-1] == ",".join(exports.COLUMNS)
    data = content(api(alice).get(PATH, asked(patient, format="parquet")))
    assert pq.read_table(io.BytesIO(data)).num_rows == 0


def test_memory_does_not_grow_with_the_range(
    alice: User, patient: Patient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "BATCH", 2000)
    times = START_MS + np.arange(60 * 1440, dtype=np.int64) * MINUTE
    store(alice, patient, None, activity=columns_of(times, np.sin(times / 1e6)))
    peaks = [_peak(alice, patient, days) for days in (4, 60)]
    assert peaks[1] < peaks[0] * 2


def _peak(alice: User, patient: Patient, days: int) -> int:
    end = START + (END - START) / 10 * days
    export = exports.export_begin(
        by=alice.actor, patient_id=patient.id, start=START, end=end, metrics=["activity"]
    )
    tracemalloc.start()
    rows = sum(part.count(b"\n") for part in exports.csv_parts(export))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert rows == days * 1440 + 1 + len(export.notes)
    return peak


def test_under_asgi_the_parts_come_one_by_one(
    alice: User, patient: Patient, devices: tuple[UUID, UUID]
) -> None:
    request = AsyncRequestFactory().get(PATH, asked(patient))
    force_authenticate(request, alice)
    response = ExportView.as_view()(request)
    assert response.is_async

    async def read() -> list[bytes]:
        return [part async for part in response.streaming_content]

    parts = async_to_sync(read)()
    assert len(parts) == 2 + 4
    assert parts[1].startswith(b"start_utc,end_utc")
