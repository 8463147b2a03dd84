"""LifeSnaps (Yfantidou et al. 2022): the daily table of 71 people with a Fitbit Sense.

`daily_fitbit_sema_df_unprocessed.csv`: a row for each person and day. Every figure is of
the whole local day, 23 to 25 hours long. Fitbit writes 0 where it had nothing to tell of
rmssd, breathing, the stress score and its points; such zeros are counted, not kept.
`sleep_duration` is the time in bed, in ms; `minutesAsleep` is the sleep. A night's
temperature variation is against the person's own baseline.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo

from biometrics.importers.archive import Entry, entries_of
from biometrics.importers.base import Chunk, Options, Unreadable
from biometrics.importers.clock import NO_TIME, Times, day_times, wall_ms
from biometrics.importers.people import chosen_person
from biometrics.importers.sheets import EMPTY, Value, csv_cells
from biometrics.importers.tables import Gathering, Table, chunked

# Of one person among 71, who has some hundred rows of about thirty figures.
CHUNK_ROWS, BLOCK_ROWS = 10_000, 5000
FITBIT_DEVICE, PROMPT_DEVICE = "Fitbit", "SEMA prompts"
ZERO = frozenset({0.0})
VALUES: Mapping[str, Value] = {
    "nightly_temperature": Value("skin_temperature"),
    "daily_temperature_variation": Value("skin_temperature_deviation"),
    "nremhr": Value("sleeping_heart_rate", missing=ZERO),
    "rmssd": Value("hrv_rmssd", missing=ZERO),
    "spo2": Value("spo2"),
    "full_sleep_breathing_rate": Value("respiratory_rate", missing=ZERO),
    "stress_score": Value("stress_index", missing=ZERO),
    "sleep_points_percentage": Value("sleep_points", 100, ZERO),
    "exertion_points_percentage": Value("exertion_points", 100, ZERO),
    "responsiveness_points_percentage": Value("responsiveness_points", 100, ZERO),
    "calories": Value("total_energy"),
    "filteredDemographicVO2Max": Value("vo2_max"),
    "distance": Value("distance"),
    "bpm": Value("heart_rate"),
    "lightly_active_minutes": Value("light_activity"),
    "moderately_active_minutes": Value("moderate_activity"),
    "very_active_minutes": Value("vigorous_activity"),
    "sedentary_minutes": Value("sedentary_time"),
    "scl_avg": Value("skin_conductance"),
    "resting_hr": Value("resting_heart_rate", missing=ZERO),
    "sleep_duration": Value("time_in_bed", 1 / 3_600_000),
    "minutesToFallAsleep": Value("sleep_latency"),
    "minutesAsleep": Value("sleep_duration", 1 / 60),
    "minutesAwake": Value("wake_after_sleep_onset"),
    "sleep_efficiency": Value("sleep_efficiency"),
    "steps": Value("steps"),
    "bmi": Value("body_mass_index"),
}
# Feelings that a prompt offers: 1 where one was chosen on the day. Codes of `feeling`.
FEELINGS: Mapping[str, int] = {
    "NEUTRAL": 0, "HAPPY": 1, "SAD": 2, "TENSE/ANXIOUS": 3, "RESTED/RELAXED": 4, "TIRED": 5,
    "ALERT": 6,
}  # fmt: skip
# The row's number, person and day are no figures.
KEYS = ("", "id", "date")
Row = Mapping[str, str]


class LifeSnaps:
    """The published daily table."""

    code = "lifesnaps"
    title = "LifeSnaps, daily table"
    accepts = "daily_fitbit_sema_df_unprocessed.csv of the published data set, or its folder"

    def matches(self, source: Path) -> bool:
        try:
            with entries_of(source) as entries:
                return _table_in(entries) is not None
        except (Unreadable, OSError):
            return False

    def people(self, source: Path) -> list[str]:
        with entries_of(source) as entries:
            return _people(_found(entries))

    def read(self, source: Path, options: Options, *, start: int = 0) -> Iterator[Chunk]:
        with entries_of(source) as entries:
            entry = _found(entries)
            person = chosen_person(_people(entry), options.person)
            tables = _tables(entry, person, options.zone)
            yield from chunked(tables, start=start, size=CHUNK_ROWS)


def _table_in(entries: list[Entry]) -> Entry | None:
    """The table by its header: of other names or in a zip as well."""
    for entry in entries:
        if entry.name.endswith(".csv"):
            with entry.opened() as file:
                header = file.readline(10_000)
            if b",id,date," in header and b"nightly_temperature" in header and b"SAD" in header:
                return entry
    return None


def _found(entries: list[Entry]) -> Entry:
    entry = _table_in(entries)
    if entry is None:
        raise Unreadable("There is no daily table of LifeSnaps in it.")
    return entry


def _people(entry: Entry) -> list[str]:
    with entry.opened() as file:
        rows = csv_cells(file)
        at = next(rows).index("id")
        found = dict.fromkeys(cells[at] for cells in rows if len(cells) > at)
    return [person for person in found if person]


def _tables(entry: Entry, person: str, zone: ZoneInfo) -> Iterator[Table]:
    """Every row is a record; those of the others say nothing of this person."""
    try:
        with entry.opened() as file:
            rows = csv_cells(file)
            header = next(rows)
            while block := list(islice(rows, BLOCK_ROWS)):
                table = _table(len(block), _own(header, block, person), zone)
                yield replace(table, progress=min(file.tell() / (entry.size or 1), 1.0))
    except Unreadable as error:
        yield Table(1, reasons=[(0, f"{entry.name}: {error.detail}")], progress=1.0)


def _own(header: list[str], block: list[list[str]], person: str) -> list[tuple[int, Row]]:
    """The rows of one person, each with its number in the block."""
    at = header.index("id")
    return [
        (n, dict(zip(header, cells, strict=False)))
        for n, cells in enumerate(block)
        if len(cells) > at and cells[at] == person
    ]


def _table(records: int, own: list[tuple[int, Row]], zone: ZoneInfo) -> Table:
    gathering, timed = Gathering(), []
    walls = wall_ms([row.get("date", "") for _, row in own])
    for (n, row), wall in zip(own, walls, strict=True):
        if wall == NO_TIME:
            gathering.refuse(n, f"{row.get('date')!r} is no date.")
        else:
            timed.append((n, row))
    days = day_times(walls[walls != NO_TIME], zone)
    for at, (n, row) in enumerate(timed):
        _row(gathering, n, row, days, at)
    return gathering.table(records, zone)


def _row(gathering: Gathering, record: int, row: Row, days: Times, at: int) -> None:
    start, lasts = int(days.start_ms[at]), int(days.duration_ms[at])
    for column, text in row.items():
        if column in KEYS or text in EMPTY:
            continue
        if column in FEELINGS:
            _feeling(gathering, record, column, text, start, lasts)
        elif value := VALUES.get(column):
            _figure(gathering, record, column, text, value, start, lasts)
        else:
            gathering.ignore(record, column)


def _feeling(
    gathering: Gathering, record: int, column: str, text: str, start: int, lasts: int
) -> None:
    if text in ("1", "1.0"):
        # Several on one day are several samples.
        gathering.add(
            record, (PROMPT_DEVICE, "feeling"), start, FEELINGS[column],
            duration_ms=lasts, sequence=FEELINGS[column],
        )  # fmt: skip
    elif text not in ("0", "0.0"):
        gathering.refuse(record, f"{column}: {text!r} is neither 0 nor 1.")


def _figure(
    gathering: Gathering,
    record: int,
    column: str,
    text: str,
    value: Value,
    start: int,
    lasts: int,
) -> None:
    try:
        number = float(text)
    except ValueError:
        if text[0] in "<>":
            gathering.ignore(record, f"{column} as a range")
        else:
            gathering.refuse(record, f"{column}: {text!r} is no number.")
        return
    if number in value.missing:
        gathering.ignore(record, f"{column} 0 (missing)")
        return
    lane = (FITBIT_DEVICE, value.metric)
    gathering.add(record, lane, start, number * value.factor, duration_ms=lasts)


LIFESNAPS = LifeSnaps()
