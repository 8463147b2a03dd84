"""ActiGraph `.gt3x` files, the log format and the older one of NHANES. Pure.

Both are ZIPs with an `info.txt` beside the samples: `log.bin` (see `gt3x_log.py`), or
`activity.bin` and `lux.bin` as published at github.com/actigraph/NHANES-GT3X-File-Format.
The subject's name in them stays in the file.

The recorder's clock runs on from the moment it was set: one offset for the whole recording,
that of the file where it says one (`TimeZone`, or UTC and the subject's offset), else the
offset of the chosen zone at the start. Codes of the idle sleep in EVENT records are not
published, so idle sleep is known by its gap; events are counted.
"""

import json
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import IO
from zoneinfo import ZoneInfo

from biometrics.features.counts import RATES
from biometrics.importers.base import UTC, Chunk, Options, Unreadable
from biometrics.importers.clock import LocalClock
from biometrics.importers.damage import readable
from biometrics.importers.gt3x_log import (
    ACTIVITY,
    ACTIVITY2,
    CAPSENSE,
    LUX,
    METADATA,
    NAMES,
    PARAMETERS,
    Fault,
    LogRecord,
    decoded_float,
    log_records,
    parameters,
)
from biometrics.importers.gt3x_minutes import Minutes, Setup
from biometrics.importers.records import Record, chunks

INFO, LOG, OLD_ACTIVITY, OLD_LIGHT = "info.txt", "log.bin", "activity.bin", "lux.bin"
ACCEL_SCALE, FEATURES, SLEEP_MODE = (0, 55), (1, 2), 1 << 2
# The recorder's clock counts from here, in no zone.
EPOCH = datetime(1970, 1, 1)  # noqa: DTZ001
# Ticks of .NET (100 ns since the year 1) at the Unix epoch.
EPOCH_TICKS, TICKS = 621_355_968_000_000_000, 10_000_000
# The log counts seconds in 32 bits.
LATEST, DAY = 1 << 32, 86_400
# Beginning of the serial number → steps a g; 256 for every later recorder.
SCALES = {"NEO": 341.0, "CLE": 341.0, "MRA": 341.0}
NO_LIGHT = 65_535
# Of the older format: beginning of the serial number → lux a step and the highest lux.
OLD_LUX = {"NEO": (1.25, 2500.0), "MRA": (3.25, 6000.0)}
DARK = 20


@dataclass(frozen=True)
class Gt3x:
    """One recording of one person."""

    code: str = "gt3x"
    title: str = "ActiGraph (.gt3x)"
    accepts: str = "a .gt3x file as ActiLife or CentrePoint downloads it"

    def matches(self, source: Path) -> bool:
        try:
            with zipfile.ZipFile(source) as archive:
                names = set(archive.namelist())
        except (OSError, zipfile.BadZipFile):
            return False
        return INFO in names and bool(names & {LOG, OLD_ACTIVITY})

    def people(self, source: Path) -> list[str]:
        return []

    def read(self, source: Path, options: Options, *, start: int = 0) -> Iterator[Chunk]:
        if not self.matches(source):
            raise Unreadable(f"{source.name} is no .gt3x file: info.txt or log.bin is missing.")
        with readable(source.name), zipfile.ZipFile(source) as archive:
            yield from chunks(_records(archive, options.zone), start)


def _records(archive: zipfile.ZipFile, zone: ZoneInfo) -> Iterator[Record]:
    info = _info(archive)
    recorder = _Recorder(Minutes(_setup(info)), zone)
    names = archive.namelist()
    with ExitStack() as kept:
        if LOG in names:
            size = archive.getinfo(LOG).file_size
            stream = kept.enter_context(archive.open(LOG))
            source = log_records(stream)
        else:
            size = archive.getinfo(OLD_ACTIVITY).file_size
            stream = kept.enter_context(archive.open(OLD_ACTIVITY))
            light = kept.enter_context(archive.open(OLD_LIGHT)) if OLD_LIGHT in names else None
            source = _old_records(stream, light, info, recorder.minutes.setup)
        for record in source:
            yield recorder.read(record, stream.tell() / max(1, size))
    yield recorder.end()


@dataclass
class _Recorder:
    """What the records of one log mean, in their order."""

    minutes: Minutes
    zone: ZoneInfo

    def read(self, record: LogRecord | Fault, progress: float) -> Record:
        if isinstance(record, Fault):
            return Record(reasons=[record.reason], progress=progress)
        if record.type in NAMES:
            return Record(ignored=[NAMES[record.type]], progress=progress)
        if record.type in (METADATA, PARAMETERS):
            return self._set_up(record, progress)
        return self._measured(record, progress)

    def end(self) -> Record:
        points = self.minutes.go_to((self.minutes.minute + 1) * 60)
        return Record(points, ignored=self.minutes.take_ignored(), progress=1.0)

    def _measured(self, record: LogRecord, progress: float) -> Record:
        if self.minutes.is_late(record.time):
            return Record(reasons=["The record's time goes back."], progress=progress)
        if not DAY < record.time < self.minutes.setup.latest:
            return Record(reasons=["The record's time can't be."], progress=progress)
        self._fix_offset(record.time)
        points = self.minutes.go_to(record.time)
        reasons = self._take(record)
        return Record(points, reasons, self.minutes.take_ignored(), progress)

    def _take(self, record: LogRecord) -> list[str]:
        minutes, payload = self.minutes, record.payload
        if record.type in (ACTIVITY, ACTIVITY2):
            return self._take_second(record)
        if record.type == LUX and len(payload) >= 2:
            lux = int.from_bytes(payload[:2], "little")
            if lux == NO_LIGHT:
                minutes.ignored["light without a reading"] += 1
            else:
                minutes.light.append(float(lux))
        elif record.type == CAPSENSE and len(payload) > 4:
            minutes.worn = float(payload[4] == 1)
        else:
            minutes.ignored[f"record type {record.type}"] += 1
        return []

    def _take_second(self, record: LogRecord) -> list[str]:
        minutes, payload = self.minutes, record.payload
        # Nothing, or nothing but zeros (gravity is never zero), is written in idle sleep;
        # a single byte when a cable is plugged in.
        if len(payload) <= 1 or not any(payload):
            minutes.ignored["second without samples"] += 1
        elif not minutes.is_whole(record.type, payload):
            return [f"A second of {len(payload)} bytes has another number of samples."]
        elif record.time in minutes.seconds:
            return ["The second comes twice."]
        else:
            minutes.seconds[record.time] = record.type, payload
        return []

    def _set_up(self, record: LogRecord, progress: float) -> Record:
        setup = self.minutes.setup
        if record.type == PARAMETERS:
            found = parameters(record.payload)
            scale = decoded_float(found.get(ACCEL_SCALE, 0))
            setup.scale = scale if scale > 0 else setup.scale
            setup.idle_sleep = bool(found.get(FEATURES, 0) & SLEEP_MODE)
            return Record(progress=progress)
        try:
            said = json.loads(record.payload)
        except ValueError:
            return Record(ignored=["metadata"], progress=progress)
        if isinstance(said, dict) and said.get("MetadataType") == "LocalTimeLog":
            setup.is_utc = bool(said.get("UsedUtc"))
        if isinstance(said, dict) and said.get("MetadataType") == "SubjectTimeLog":
            setup.offset_min = _offset(str(said.get("UtcOffset", "")))
        return Record(progress=progress)

    def _fix_offset(self, time: int) -> None:
        if self.minutes.setup.offset_min is None:
            shown = EPOCH + timedelta(seconds=time)
            zone = UTC if self.minutes.setup.is_utc else self.zone
            _, self.minutes.setup.offset_min = LocalClock(zone).read(shown)


def _old_records(
    activity: IO[bytes], light: IO[bytes] | None, info: dict[str, str], setup: Setup
) -> Iterator[LogRecord | Fault]:
    """The older format as if it were a log: a second of samples and one of light by turns."""
    factor, highest = OLD_LUX.get(setup.serial[:3], OLD_LUX["NEO"])
    for second in count(_seconds(info["Start Date"])):
        payload = activity.read(setup.rate * 9 // 2)
        if not payload:
            return
        yield LogRecord(ACTIVITY, second, payload)
        step = light.read(2) if light else b""
        if len(step) == 2:
            lux = int.from_bytes(step, "little")
            dark = lux < DARK or lux == NO_LIGHT
            scaled = 0 if dark else round(min(highest, lux * factor))
            yield LogRecord(LUX, second, scaled.to_bytes(2, "little"))


def _info(archive: zipfile.ZipFile) -> dict[str, str]:
    text = archive.read(INFO).decode("utf-8-sig", errors="replace")
    pairs = (line.partition(":") for line in text.splitlines() if ":" in line)
    return {key.strip(): value.strip() for key, _, value in pairs}


def _setup(info: dict[str, str]) -> Setup:
    serial = info.get("Serial Number", "")
    try:
        rate = int(info["Sample Rate"].partition(".")[0])
        scale = float(info.get("Acceleration Scale") or SCALES.get(serial[:3], 256.0))
        begun, downloaded = (
            _seconds(info["Start Date"]),
            _seconds(info.get("Download Date", "0")),
        )
    except (KeyError, ValueError) as error:
        raise Unreadable("info.txt says no sample rate or start.") from error
    if rate not in RATES or not 0 < scale < LATEST:
        raise Unreadable(f"A sample rate of {rate} Hz is none that ActiGraph records.")
    if not DAY < begun < LATEST:
        raise Unreadable("info.txt says no start of the recording.")
    # The computer's clock and zone at the download may be others.
    latest = downloaded + DAY if downloaded > begun else LATEST
    return Setup(serial, rate, scale, latest, offset_min=_offset(info.get("TimeZone", "")))


def _seconds(ticks: str) -> int:
    return (int(ticks) - EPOCH_TICKS) // TICKS


def _offset(text: str) -> int | None:
    """Minutes of "-06:00:00"; None where nothing is said."""
    sign, digits = (-1, text[1:]) if text.startswith("-") else (1, text.lstrip("+"))
    parts = digits.split(":")
    if len(parts) < 2 or not all(part.isdecimal() and len(part) <= 2 for part in parts):
        return None
    return sign * (int(parts[0]) * 60 + int(parts[1]))


GT3X = Gt3x()
