"""Importing an Apple Health export, against XML parsers that only read the same file.

Ours reads, converts and stores through the service: ledger, encrypted segments, rollups,
audit and event. The parsers do nothing but count the records: expat calling a function for
each element, and lxml's iterparse; expat without a function doesn't even count. Times are
in ms; a ratio says how many times as long we take. The peak of memory is that of a process
of its own which does the whole import.
"""

import argparse
import resource
import subprocess
import sys
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from uuid import UUID
from xml.parsers import expat

from lxml import etree

from benchmarks.apple_export import export_write
from benchmarks.rounds import OURS, Report, Row, Way, measured, tell
from biometrics.features.columns import Columns
from biometrics.importers.ahead import ahead
from biometrics.importers.apple_health import APPLE_HEALTH
from biometrics.importers.apple_source import opened
from biometrics.importers.apple_xml import batches
from biometrics.importers.base import Chunk, Options
from tests.faults.house import House, house, open_django, scratch

ROUNDS, MEGABYTES = 3, 200


def main() -> None:
    given = _options()
    if given.only:
        _import_in_this_process(given.only, given.patient)
        return
    with house("benchmark-apple") as place:
        source = scratch(place, "apple") / "export.xml"
        export_write(source, megabytes=given.megabytes)
        try:
            people = _people()
            ways = _ways(source, people)
            report = _in_ms(measured("import_apple", "ms", ways, given.rounds))
            more = {
                "peak_rss_mb": _peak_mb(place, source, people()),
                "peak_rss_mb_without_the_store": _peak_mb(place, source),
            }
        finally:
            source.unlink()
    tell(replace(report, extra=more), as_json=given.json)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--megabytes", type=float, default=MEGABYTES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--only", type=Path, help="import this file alone, and tell the peak")
    parser.add_argument("--patient", type=UUID)
    return parser.parse_args()


def _ways(source: Path, people: Callable[[], UUID]) -> dict[str, Way]:
    """Each way gives 1, so that its rate is imports a second."""
    records = _lxml(source)
    return {
        OURS: lambda _: _equal(_stored(source, people()), records),
        f"{OURS} without the store": lambda _: _equal(_converted(source), records),
        f"{OURS}, cutting alone": lambda _: _equal(_cut(source), records),
        "expat alone": lambda _: _equal(_expat(source), records),
        "expat without a function": lambda _: _expat_silent(source),
        "lxml alone": lambda _: _equal(_lxml(source), records),
    }


def _equal(found: int, records: int) -> int:
    if found != records:
        raise AssertionError(f"{found} records, where lxml finds {records}.")
    return 1


def _in_ms(report: Report) -> Report:
    rows = [Row(row.name, *_ms(row.median, row.max, row.min)) for row in report.rows]
    return replace(report, rows=rows)


def _ms(*rates: float) -> list[float]:
    return [round(1000 / rate, 1) for rate in rates]


def _expat(source: Path) -> int:
    depth, count = 0, 0

    def begin(_name: str, _attributes: Mapping[str, str]) -> None:
        nonlocal depth, count
        count += depth == 1
        depth += 1

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    parser = expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = begin, end
    with source.open("rb") as file:
        parser.ParseFile(file)
    return count


def _expat_silent(source: Path) -> int:
    with source.open("rb") as file:
        return expat.ParserCreate().ParseFile(file)


def _lxml(source: Path) -> int:
    """The children of the root; what is counted is cleared, so that memory stays small."""
    count = 0
    for _, element in etree.iterparse(str(source)):
        parent = element.getparent()
        if parent is not None and parent.getparent() is None:
            count += 1
            element.clear()
            while element.getprevious() is not None:
                del parent[0]
    return count


def _cut(source: Path) -> int:
    with opened(source) as (file, _):
        return sum(len(rows) for rows in batches(file))


def _converted(source: Path) -> int:
    return max(chunk.position for chunk in APPLE_HEALTH.read(source, Options()))


def _people() -> Callable[[], UUID]:
    """Gives a new patient at each call: no import meets the samples of another."""
    from tests.faults.people import clinician, patient  # noqa: PLC0415  Django is open now

    user = clinician()
    return lambda: patient(user, 0).id


def _stored(source: Path, patient_id: UUID) -> int:
    """Import everything; each chunk and device is durable before the next begins."""
    from biometrics.services import columns_store, device_register  # noqa: PLC0415
    from clinicity.common.actors import WORKER  # noqa: PLC0415

    devices: dict[str, UUID] = {}
    position = 0
    for chunk in ahead(APPLE_HEALTH.read(source, Options())):
        for label, columns in _by_device(chunk).items():
            if label not in devices:
                device = device_register(by=WORKER, patient_id=patient_id, name=label)
                devices[label] = device.id
            receipt = columns_store(
                by=WORKER, patient_id=patient_id, columns=columns, device_id=devices[label],
                source=APPLE_HEALTH.code,
            )  # fmt: skip
            if receipt.accepted + receipt.duplicate != sum(map(len, columns.values())):
                raise AssertionError("Samples are missing in the receipt.")
        position = chunk.position
    return position


def _by_device(chunk: Chunk) -> dict[str, dict[str, Columns]]:
    found: dict[str, dict[str, Columns]] = defaultdict(dict)
    for (label, metric), columns in chunk.lanes.items():
        found[label][metric] = columns
    return found


def _peak_mb(place: House, source: Path, patient_id: UUID | None = None) -> float:
    words = ["-m", "benchmarks.import_apple", "--only", str(source)]
    words += ["--patient", str(patient_id)] if patient_id else []
    done = subprocess.run(
        [sys.executable, *words],
        env=place.env, check=True, capture_output=True, text=True,
    )  # fmt: skip
    return float(done.stdout)


def _import_in_this_process(source: Path, patient_id: UUID | None) -> None:
    if patient_id:
        open_django()
        _stored(source, patient_id)
    else:
        _converted(source)
    sys.stdout.write(f"{_peak_kb() / 1024:.1f}\n")


def _peak_kb() -> int:
    """Linux tells getrusage of a child the parent's peak before exec; /proc doesn't."""
    status = Path("/proc/self/status")
    if status.exists():
        return int(status.read_text().split("VmHWM:")[1].split()[0])
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


if __name__ == "__main__":
    main()
