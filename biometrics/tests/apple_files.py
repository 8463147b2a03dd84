"""Files in the shape of Apple's export, for tests."""

from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from biometrics.features.columns import Columns
from biometrics.importers.apple_health import APPLE_HEALTH
from biometrics.importers.base import Chunk, Lane, Options, Reason

WATCH = (
    'sourceName="Zoë’s Watch" sourceVersion="10.3" device="&lt;&lt;HKDevice: 0x2809cd4f0&gt;, '
    'name:Apple Watch, manufacturer:Apple Inc., model:Watch, hardware:Watch6,2, software:10.3&gt;"'
)
PHONE = 'sourceName="Zoë’s iPhone"'
AT = "2024-03-01 08:15:30 +0100"
AT_MS = 1_709_277_330_000
DTD = "<!DOCTYPE HealthData [\n<!ELEMENT HealthData (ExportDate,Me,(Record)*)>\n]>"
HEAD = f'<?xml version="1.0" encoding="UTF-8"?>\n{DTD}\n<HealthData locale="en_GB">\n'
TAIL = "</HealthData>\n"
HEART = "HKQuantityTypeIdentifierHeartRate"


def make_record(
    kind: str = HEART,
    value: str = "72",
    unit: str = "count/min",
    *,
    start: str = AT,
    end: str = "",
    source: str = WATCH,
    inside: str = "",
) -> str:
    """One record in the order of attributes that Apple writes."""
    unit = f' unit="{unit}"' if unit else ""
    tail = f">{inside}\n </Record>\n" if inside else "/>\n"
    return (
        f' <Record type="{kind}" {source}{unit} creationDate="{start}" startDate="{start}"'
        f' endDate="{end or start}" value="{value}"{tail}'
    )


def make_export(folder: Path, *records: str, head: str = HEAD, tail: str = TAIL) -> Path:
    path = folder / "export.xml"
    path.write_text("".join([head, *records, tail]), encoding="utf-8")
    return path


def make_zip(
    folder: Path, xml: str | bytes, name: str = "apple_health_export/export.xml"
) -> Path:
    path = folder / "export.zip"
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        archive.writestr("apple_health_export/export_cda.xml", "<ClinicalDocument/>")
        archive.writestr("apple_health_export/workout-routes/route_1.gpx", "<gpx/>")
        archive.writestr(name, xml)
    return path


def chunks_of(source: Path, start: int = 0) -> list[Chunk]:
    return list(APPLE_HEALTH.read(source, Options(), start=start))


def only(source: Path) -> tuple[Lane, Columns]:
    """The one lane of a small export."""
    (chunk,) = chunks_of(source)
    assert not chunk.reasons
    assert not chunk.ignored
    ((lane, columns),) = chunk.lanes.items()
    return lane, columns


def reasons_of(source: Path) -> list[Reason]:
    return [reason for chunk in chunks_of(source) for reason in chunk.reasons]


def samples_of(chunks: list[Chunk]) -> list[tuple[Lane, int, int, float, int, int]]:
    """Every sample of some chunks: what two readings of a file must agree in."""
    return [
        (lane, *row)
        for chunk in chunks
        for lane, columns in chunk.lanes.items()
        for row in zip(
            columns.start_ms.tolist(), columns.duration_ms.tolist(), columns.value.tolist(),
            columns.offset_min.tolist(), columns.sequence.tolist(), strict=True,
        )
    ]  # fmt: skip
