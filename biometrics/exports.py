"""Readings written out as CSV or Parquet, a few thousand samples at a time.

Nothing larger than one batch is ever in memory, whatever the range. The patient's name
is nowhere in it: the file and its rows carry pseudonyms.
"""

import io
from collections.abc import Callable, Iterator, Sequence
from csv import QUOTE_MINIMAL, writer
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from biometrics.metrics import METRICS, metric_of
from biometrics.selectors.coverage import LONGEST, Coverage, coverage
from biometrics.selectors.samples import Identity, Samples, identity_of, samples_after
from biometrics.selectors.segments import ms_of
from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common import clock
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Invalid
from clinicity.privacy.pseudonyms import pseudonym
from patients import selectors as patients

BATCH = 20_000
COLUMNS = (
    "start_utc", "end_utc", "utc_offset_min", "metric", "loinc", "value", "unit", "device",
    "implausible",
)  # fmt: skip
SCHEMA = pa.schema(
    [
        ("start_utc", pa.timestamp("ms", tz="UTC")), ("end_utc", pa.timestamp("ms", tz="UTC")),
        ("utc_offset_min", pa.int16()), ("metric", pa.string()), ("loinc", pa.string()),
        ("value", pa.float64()), ("unit", pa.string()), ("device", pa.string()),
        ("implausible", pa.bool_()),
    ]
)  # fmt: skip
# A cell that begins so is a formula to a spreadsheet.
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True)
class Export:
    """What is exported: checked, on record, and not yet read."""

    actor: Actor
    patient_id: UUID
    metrics: Sequence[str]
    start: datetime
    end: datetime
    notes: Sequence[str]

    @property
    def file_name(self) -> str:
        days = f"{self.start.date()}-{self.end.date()}"
        return f"readings-{pseudonym(self.patient_id)[:12]}-{days}"


def export_begin(
    *, by: Actor, patient_id: UUID, start: datetime, end: datetime, metrics: Sequence[str] = (),
    written_as: str = "csv",
) -> Export:  # fmt: skip
    """Check the request and record it; nothing leaves before the record stands."""
    if end <= start:
        raise Invalid("The end must come after the start.")
    chosen = [metric_of(code).code for code in metrics] or list(METRICS)
    patient = patients.patient_get(by, patient_id)
    patients.demand_export(by, patient_id)
    with acting_as(by, patient_id):
        calendar = _calendar(by, patient_id, start, end, chosen)
        present = [part.metric.code for part in calendar.metrics] if calendar else chosen
        audit.record_read(
            by=by, act="reading.export", subject="reading", patient_id=patient_id,
            metrics=present, format=written_as, start=start.isoformat(), end=end.isoformat(),
        )  # fmt: skip
    notes = _notes(patient_id, start, end, calendar, simulated=patient.simulated)
    return Export(by, patient_id, present, start, end, notes)


def batches(export: Export) -> Iterator[Samples]:
    """The samples metric by metric, oldest first. Each batch is a short read of its own."""
    for metric in export.metrics:
        cursor: Identity | None = None
        more = True
        while more:
            with acting_as(export.actor, export.patient_id):
                part = samples_after(
                    export.patient_id, metric, ms_of(export.start), ms_of(export.end),
                    device_id=None, after=cursor, size=BATCH,
                )  # fmt: skip
            if len(part):
                yield part
            cursor = identity_of(part.next_cursor)
            more = cursor is not None


def csv_parts(export: Export) -> Iterator[bytes]:
    """A CSV with its notes as comments on top."""
    yield "".join(f"# {note}\r\n" for note in export.notes).encode()
    yield _csv_text([COLUMNS])
    for samples in batches(export):
        yield _csv_text(zip(*_csv_columns(samples), strict=True))


def parquet_parts(export: Export) -> Iterator[bytes]:
    """A Parquet file, one row group for each batch; its notes are the schema's metadata."""
    schema = SCHEMA.with_metadata({"clinicity.notes": "\n".join(export.notes)})
    drain = Drain()
    with pq.ParquetWriter(drain, schema, compression="zstd") as sink:
        for samples in batches(export):
            sink.write_table(_table(samples, schema))
            yield drain.taken()
    yield drain.taken()


# Name of a format → its media type and how it is written.
FORMATS: dict[str, tuple[str, Callable[[Export], Iterator[bytes]]]] = {
    "csv": ("text/csv; charset=utf-8", csv_parts),
    "parquet": ("application/vnd.apache.parquet", parquet_parts),
}


class Drain(io.RawIOBase):
    """A file that is emptied while it is written; it only knows how far it has come."""

    def __init__(self) -> None:
        super().__init__()
        self._parts: list[bytes] = []
        self._written = 0

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        part = bytes(data)
        self._parts.append(part)
        self._written += len(part)
        return len(part)

    def tell(self) -> int:
        return self._written

    def taken(self) -> bytes:
        """What was written since the last call."""
        parts, self._parts = self._parts, []
        return b"".join(parts)


def plain_cell(text: str) -> str:
    """Text that no spreadsheet takes for a formula."""
    return f"'{text}" if text.startswith(FORMULA) else text


def _csv_text(rows: Any) -> bytes:
    text = io.StringIO()
    writer(text, quoting=QUOTE_MINIMAL).writerows(rows)
    return text.getvalue().encode()


def _csv_columns(samples: Samples) -> list[Sequence[Any]]:
    columns, metric, count = samples.columns, samples.metric, len(samples)
    devices = [plain_cell(name) for name in _device_names(samples)]
    return [
        _iso(columns.start_ms), _iso(columns.start_ms + columns.duration_ms),
        columns.offset_min.tolist(), [metric.code] * count, [plain_cell(metric.loinc)] * count,
        columns.value.tolist(), [plain_cell(metric.unit)] * count,
        [devices[place] for place in samples.device.tolist()],
        samples.implausible.astype(np.int8).tolist(),
    ]  # fmt: skip


def _table(samples: Samples, schema: pa.Schema) -> pa.Table:
    columns, metric, count = samples.columns, samples.metric, len(samples)
    names = pa.array(_device_names(samples), pa.string())
    ends = columns.start_ms + columns.duration_ms
    arrays = [
        pa.array(columns.start_ms.astype("datetime64[ms]"), schema.field(0).type),
        pa.array(ends.astype("datetime64[ms]"), schema.field(1).type),
        pa.array(columns.offset_min, pa.int16()), pa.repeat(metric.code, count),
        pa.repeat(metric.loinc, count), pa.array(columns.value), pa.repeat(metric.unit, count),
        names.take(pa.array(samples.device)), pa.array(samples.implausible),
    ]  # fmt: skip
    return pa.Table.from_arrays(arrays, schema=schema)


def _device_names(samples: Samples) -> list[str]:
    return [pseudonym(device) if device else "" for device in samples.devices]


def _iso(milliseconds: Any) -> list[str]:
    return [f"{text}Z" for text in np.datetime_as_string(milliseconds.astype("datetime64[ms]"))]


def _calendar(
    actor: Actor, patient_id: UUID, start: datetime, end: datetime, metrics: Sequence[str]
) -> Coverage | None:
    """The coverage of the range; None where it is longer than a calendar shows."""
    last = (end - timedelta(microseconds=1)).date()
    days = (last - start.date()).days + 1
    if days > LONGEST:
        return None
    return coverage(actor, patient_id, last=last, days=days, metrics=metrics)


def _notes(
    patient_id: UUID, start: datetime, end: datetime, calendar: Coverage | None, *,
    simulated: bool,
) -> list[str]:  # fmt: skip
    notes = [
        f"readings of patient {pseudonym(patient_id)[:12]}",
        f"from {start.isoformat()} until before {end.isoformat()}",
        f"exported {clock.now().isoformat(timespec='seconds')}",
        "simulated: the person and every value" if simulated else "simulated: no",
        "device: a pseudonym; implausible: 1 for a value outside the catalogue's range",
    ]
    if calendar is None:
        return [*notes, f"coverage: not stated for more than {LONGEST} days"]
    asked = (calendar.last - calendar.first).days + 1
    return notes + [
        f"coverage {part.metric.code}: {len(part.days)} of {asked} days with data,"
        f" {sum(day.samples for day in part.days)} samples"
        for part in calendar.metrics
    ]
