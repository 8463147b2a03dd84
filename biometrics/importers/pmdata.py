"""PMData (Thambawita et al. 2020): a folder for each of p01 … p16.

`fitbit/` is a Fitbit export (read as `fitbit` does), `pmsys/` what the person reported in
the app PMSys, `googledocs/` a daily form. PMSys writes UTC.

PMSys asks fatigue, sleep quality, soreness, stress and mood on 1 … 5 where 3 is normal and
**5 is good in all of them** (McLean et al. 2010: "very fresh", "feeling great", "very
relaxed"); within a person of PMData fatigue rises with readiness (r = .47) and stress with
mood (r = .46). The catalogue's fatigue, soreness and stress are high where there is much of
them, so these three are turned round. A row of zeros, or a zero on 1 … 5, is no answer.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from biometrics.importers.archive import Entry, entries_of, names_of
from biometrics.importers.base import Chunk, Options, Unreadable
from biometrics.importers.clock import NO_TIME, wall_ms
from biometrics.importers.fitbit import family_of, told_tables
from biometrics.importers.people import chosen_person
from biometrics.importers.sheets import csv_rows
from biometrics.importers.tables import Gathering, Table, chunked
from biometrics.metrics import METRICS

MINUTE_MS = 60_000
PMSYS_DEVICE, FORM_DEVICE = "PMSys", "Daily form"
ONE_TO_FIVE = ("fatigue", "mood", "sleep_quality", "soreness", "stress")
TURNED_ROUND = ("fatigue", "soreness", "stress")
# Metric of the other answers, already in its unit.
AS_THEY_ARE = {"readiness": "readiness", "sleep_duration_h": "sleep_duration"}
Row = Mapping[str, str]
RowReader = Callable[[Gathering, int, Row, ZoneInfo], None]


class PMData:
    """The published folder, or a zip of it."""

    code = "pmdata"
    title = "PMData"
    accepts = "the folder of the published data set with p01, p02 and so on in it, or its zip"

    def matches(self, source: Path) -> bool:
        paths = names_of(source)
        return any(path.endswith("pmsys/wellness.csv") for path in paths)

    def people(self, source: Path) -> list[str]:
        with entries_of(source) as entries:
            return _people(entries)

    def read(self, source: Path, options: Options, *, start: int = 0) -> Iterator[Chunk]:
        with entries_of(source) as entries:
            person = chosen_person(_people(entries), options.person)
            own = [entry for entry in entries if _owner(entry) == person]
            yield from chunked(_tables(own, options.zone), start=start)


def _people(entries: list[Entry]) -> list[str]:
    found = dict.fromkeys(_owner(entry) for entry in entries)
    return [person for person in found if person]


def _owner(entry: Entry) -> str:
    """The folder above `fitbit`, `pmsys` or `googledocs`."""
    parts = entry.path.split("/")
    return parts[-3] if len(parts) > 2 and parts[-2] in READ_BY_FOLDER else ""


def _tables(entries: list[Entry], zone: ZoneInfo) -> Iterator[Table]:
    total, before = sum(entry.size for entry in entries) or 1, 0
    for entry in entries:
        read = READ_BY_FOLDER[entry.path.split("/")[-2]]
        for table in read(entry, zone):
            yield replace(table, progress=(before + table.progress * entry.size) / total)
        before += entry.size


def _fitbit(entry: Entry, zone: ZoneInfo) -> Iterator[Table]:
    return told_tables(entry, family_of(entry.name), zone)


def _reports(entry: Entry, zone: ZoneInfo) -> Iterator[Table]:
    """One table of a file with a row a day."""
    gathering, number = Gathering(), 0
    read = ROW_READERS.get(entry.name)
    try:
        with entry.opened() as file:
            for number, row in enumerate(csv_rows(file), start=1):
                if read:
                    read(gathering, number - 1, row, zone)
                else:
                    gathering.ignore(number - 1, entry.name.removesuffix(".csv"))
    except Unreadable as error:
        gathering.refuse(number, f"{entry.name}: {error.detail}")
        number += 1
    yield gathering.table(number, zone, progress=1.0)


def _wellness(gathering: Gathering, record: int, row: Row, zone: ZoneInfo) -> None:
    start = _time(gathering, record, row.get("effective_time_frame", ""))
    if start is None:
        return
    answers = {name: _number(row.get(name, "")) for name in (*ONE_TO_FIVE, *AS_THEY_ARE)}
    unanswered = not any(answers.values())
    for name, value in answers.items():
        if value is None:
            gathering.refuse(record, f"{name}: {row.get(name)!r} is no number.")
        elif unanswered or (value == 0 and name in ONE_TO_FIVE):
            gathering.ignore(record, f"wellness {name} 0 (not answered)")
        else:
            metric = AS_THEY_ARE.get(name, name)
            gathering.add(record, (PMSYS_DEVICE, metric), start, _answer(name, value))
    if row.get("soreness_area", "[]") not in ("", "[]"):
        gathering.ignore(record, "wellness soreness_area")


def _answer(name: str, value: float) -> float:
    if name in AS_THEY_ARE:
        return value
    factor, shift = METRICS[name].factor_of("{score_1_5}")
    return (6 - value if name in TURNED_ROUND else value) * factor + shift


def _exertion(gathering: Gathering, record: int, row: Row, zone: ZoneInfo) -> None:
    """A session, given by its end and its minutes."""
    end = _time(gathering, record, row.get("end_date_time", ""))
    minutes, exertion = (
        _number(row.get("duration_min", "")),
        _number(row.get("perceived_exertion", "")),
    )
    if end is None:
        return
    if minutes is None or minutes < 0:
        gathering.refuse(record, f"duration_min: {row.get('duration_min')!r} is no duration.")
        return
    lasts = round(minutes * MINUTE_MS)
    gathering.add(record, (PMSYS_DEVICE, "exercise"), end - lasts, minutes, duration_ms=lasts)
    if exertion is not None:
        lane = (PMSYS_DEVICE, "perceived_exertion")
        gathering.add(record, lane, end - lasts, exertion, duration_ms=lasts)
    if row.get("activity_names"):
        gathering.ignore(record, "srpe activity_names")


def _form(gathering: Gathering, record: int, row: Row, zone: ZoneInfo) -> None:
    """The daily form: local times with the day first. Yes or no is no number of drinks."""
    try:
        moment = datetime.strptime(row.get("timestamp", ""), "%d/%m/%Y %H:%M:%S")  # noqa: DTZ007
    except ValueError:
        gathering.refuse(record, f"{row.get('timestamp')!r} is no time.")
        return
    start = int(moment.replace(tzinfo=zone).timestamp()) * 1000
    weight = _number(row.get("weight", ""))
    if weight:
        gathering.add(record, (FORM_DEVICE, "weight"), start, weight)
    for name in ("meals", "glasses_of_fluid", "alcohol_consumed"):
        if row.get(name):
            gathering.ignore(record, f"reporting {name}")


def _time(gathering: Gathering, record: int, text: str) -> int | None:
    start = int(wall_ms([text])[0])
    if start == NO_TIME:
        gathering.refuse(record, f"{text!r} is no time.")
        return None
    return start


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


ROW_READERS: Mapping[str, RowReader] = {
    "wellness.csv": _wellness, "srpe.csv": _exertion, "reporting.csv": _form,
}  # fmt: skip
READ_BY_FOLDER: Mapping[str, Callable[[Entry, ZoneInfo], Iterator[Table]]] = {
    "fitbit": _fitbit, "pmsys": _reports, "googledocs": _reports,
}  # fmt: skip
PMDATA = PMData()
