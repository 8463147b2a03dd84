"""FIT files of Garmin and others: one, a folder of them, or a zip.

The export of a Garmin account is a zip with zips of FIT files in it. Files are read in the
order of their making, for a day's totals go on from file to file. A record is a message;
a file of another kind counts as one, and so does the place where a file is damaged.
"""

import struct
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from zoneinfo import ZoneInfo

import fitdecode

from biometrics.importers.archive import Entry, entries_inside, entries_of
from biometrics.importers.base import Chunk, Options, Unreadable
from biometrics.importers.damage import DAMAGE
from biometrics.importers.fit_messages import Fields, Totals, Watch
from biometrics.importers.tables import Gathering, Table, chunked, unread_file

MESSAGES = 5000
SIGNATURE, SIGNATURE_AT = b".FIT", 8
# What fitdecode raises on damaged bytes besides its own.
NO_FIT = (
    fitdecode.FitError, struct.error, ValueError, TypeError, LookupError, ArithmeticError,
    AttributeError,
)  # fmt: skip


class Fit:
    """FIT files."""

    code = "fit"
    title = "FIT files (Garmin and others)"
    accepts = "a FIT file, a zip or folder of them, or the zip of a Garmin account's export"

    def matches(self, source: Path) -> bool:
        try:
            with entries_of(source) as entries:
                return any(_signed(entry) or _of_account(entry) for entry in entries)
        except (Unreadable, *DAMAGE):
            return False

    def people(self, source: Path) -> list[str]:
        return []

    def read(self, source: Path, options: Options, *, start: int = 0) -> Iterator[Chunk]:
        with ExitStack() as stack:
            entries = _flat(stack, stack.enter_context(entries_of(source)))
            files = sorted((e for e in entries if _is_fit(e)), key=_made)
            if not files:
                raise Unreadable("There is no FIT file in it.")
            others = [entry for entry in entries if not _is_fit(entry)]
            yield from chunked(_tables(files, others, options.zone), start=start)


def _flat(stack: ExitStack, entries: list[Entry]) -> list[Entry]:
    """With the files of zips in the place of these."""
    found: list[Entry] = []
    for entry in entries:
        if entry.name.lower().endswith(".zip"):
            found += stack.enter_context(entries_inside(entry))
        else:
            found.append(entry)
    return found


def _is_fit(entry: Entry) -> bool:
    return entry.name.lower().endswith(".fit")


def _signed(entry: Entry) -> bool:
    if not _is_fit(entry):
        return False
    with entry.opened() as file:
        return file.read(SIGNATURE_AT + len(SIGNATURE))[SIGNATURE_AT:] == SIGNATURE


def _of_account(entry: Entry) -> bool:
    """The zips of an account's export hold the FIT files."""
    return "DI-Connect-Uploaded-Files" in entry.path and entry.name.endswith(".zip")


def _made(entry: Entry) -> int:
    """When the file was made, as its first message says; 0 where it says nothing."""
    try:
        with entry.opened() as file, _reader(file) as reader:
            for frame in reader:
                if frame.frame_type == fitdecode.FIT_FRAME_DATA:
                    made = _fields(frame).get("time_created")
                    return made if isinstance(made, int) else 0
    except (*NO_FIT, Unreadable):
        return 0
    return 0


def _tables(files: list[Entry], others: list[Entry], zone: ZoneInfo) -> Iterator[Table]:
    total, before, totals = sum(entry.size for entry in files) or 1, 0, Totals()
    for entry in files:
        for table in _file(entry, zone, totals):
            yield replace(table, progress=(before + table.progress * entry.size) / total)
        before += entry.size
    for entry in others:
        yield unread_file(entry.name)


def _file(entry: Entry, zone: ZoneInfo, totals: Totals) -> Iterator[Table]:
    """Tables of the messages; those before a damage, and a reason there."""
    watch, record, why = Watch(zone, totals), 0, ""
    try:
        for name, fields in _messages(entry):
            watch.take(record, name, fields)
            record += 1
            if record == MESSAGES:
                yield watch.gathering.table(record, zone)
                watch.gathering, record = Gathering(), 0
    except NO_FIT as error:
        why = f"{entry.name} is damaged: {error}"
    except Unreadable as error:
        why = error.detail
    watch.finish(max(record - 1, 0))
    if why:
        watch.gathering.refuse(record, why)
        record += 1
    yield watch.gathering.table(record, zone, progress=1.0)


def _messages(entry: Entry) -> Iterator[tuple[str, Fields]]:
    """Names and fields; raises Unreadable where the checksum at the end is missing."""
    ended = False
    with entry.opened() as file, _reader(file) as reader:
        for frame in reader:
            ended = frame.frame_type == fitdecode.FIT_FRAME_CRC
            if frame.frame_type == fitdecode.FIT_FRAME_DATA:
                yield frame.name, _fields(frame)
    if not ended:
        raise Unreadable(f"{entry.name} is damaged: it breaks off.")


def _reader(file: object) -> fitdecode.FitReader:
    """Without turning times into objects; a wrong checksum is an error."""
    return fitdecode.FitReader(
        file,
        processor=None,
        check_crc=fitdecode.CrcCheck.RAISE,
        error_handling=fitdecode.ErrorHandling.IGNORE,
    )


def _fields(frame: fitdecode.FitDataMessage) -> Fields:
    return {field.name: field.value for field in frame.fields if field.value is not None}


FIT = Fit()
