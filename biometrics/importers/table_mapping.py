"""Which column of a table means what, and a guess of it from the header. Pure.

The mapping is kept and sent as flat text pairs: `above` (lines above the header), `time`, `time.format`, `end`, `duration`,
`duration.unit`, `device`, `offset`; for each column of values (wide) `value.COLUMN` with
the metric and `unit.COLUMN`; or (long) `long.metric`, `long.value`, `long.unit` with the
columns, and `name.WORD` with the metric that the file calls WORD.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields

from biometrics.importers.table_times import format_of, reader
from biometrics.importers.units import known_unit
from biometrics.metrics import METRICS, metric_of
from clinicity.common.exceptions import Invalid

DURATIONS_MS = {"ms": 1.0, "s": 1000.0, "min": 60_000.0, "h": 3_600_000.0}


@dataclass(frozen=True)
class ValueColumn:
    """A column of one metric's values, in a unit ("" is the metric's own)."""

    column: str
    metric: str
    unit: str = ""


PLAIN = (str, "str")
# Field → key of the flat form, where they differ.
KEYS = {
    "time_format": "time.format", "duration_unit": "duration.unit",
    "long_metric": "long.metric", "long_value": "long.value", "long_unit": "long.unit",
}  # fmt: skip


@dataclass(frozen=True)
class TableMapping:
    """Columns by their names; "" where the table has none."""

    # Lines above the header.
    above: str = "0"
    time: str = ""
    time_format: str = "auto"
    end: str = ""
    duration: str = ""
    duration_unit: str = "s"
    device: str = ""
    # Of the local times: an offset (+02:00, minutes) or the name of a zone.
    offset: str = ""
    long_metric: str = ""
    long_value: str = ""
    long_unit: str = ""
    values: tuple[ValueColumn, ...] = ()
    # For the long form: what the file calls a metric → the metric.
    names: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def from_flat(cls, flat: Mapping[str, str]) -> "TableMapping":
        """Raises Invalid for a key or a metric that isn't known, or without a time."""
        known = {_key(one.name): one.name for one in fields(cls) if one.type in PLAIN}
        plain = {known[key]: text for key, text in flat.items() if key in known}
        values = tuple(
            ValueColumn(key[6:], metric, flat.get(f"unit.{key[6:]}", ""))
            for key, metric in flat.items()
            if key.startswith("value.")
        )
        names = {key[5:]: metric for key, metric in flat.items() if key.startswith("name.")}
        for key in flat:
            stray = key.startswith("unit.") and f"value.{key[5:]}" not in flat
            if stray or not (key in known or key.startswith(("value.", "unit.", "name."))):
                raise Invalid(f"A mapping has no part {key!r}.")
        return cls(**plain, values=values, names=names).checked()

    def to_flat(self) -> dict[str, str]:
        plain = {
            _key(one.name): getattr(self, one.name)
            for one in fields(self)
            if one.type in PLAIN and getattr(self, one.name) != one.default
        }
        wide = {f"value.{one.column}": one.metric for one in self.values}
        units = {f"unit.{one.column}": one.unit for one in self.values if one.unit}
        return (
            plain | wide | units | {f"name.{word}": code for word, code in self.names.items()}
        )

    def checked(self) -> "TableMapping":
        """Itself; raises Invalid where it can't be read by."""
        if not self.time:
            raise Invalid("Say which column is the time.")
        if not self.above.isdecimal():
            raise Invalid("Say how many lines stand above the header.")
        if self.time_format != "auto":
            reader(self.time_format)
        if self.duration_unit not in DURATIONS_MS:
            raise Invalid(f"A duration is in {', '.join(DURATIONS_MS)}.")
        if bool(self.values) == bool(self.long_metric and self.long_value):
            raise Invalid("Say which columns hold values: one a metric, or metric and value.")
        for one in self.values:
            metric_of(one.metric).factor_of(known_unit(metric_of(one.metric), one.unit))
        for code in self.names.values():
            metric_of(code)
        return self

    def columns(self) -> list[str]:
        """Every column that it reads."""
        plain = (
            self.time, self.end, self.duration, self.device, self.offset, self.long_metric,
            self.long_value, self.long_unit,
        )  # fmt: skip
        return [*(name for name in plain if name), *(one.column for one in self.values)]


def _key(name: str) -> str:
    return KEYS.get(name, name)


# Words of a header, squeezed to letters and digits → part of the mapping.
PARTS = {
    "time": ("timestamp", "datetime", "time", "starttime", "start", "startdate", "date",
             "dateandtime", "recordedat", "measuredat", "zeit", "datum", "zeitpunkt"),
    "end": ("end", "endtime", "enddate", "stop", "ende"),
    "duration": ("duration", "durationseconds", "length", "dauer"),
    "device": ("device", "devicename", "source", "sourcename", "deviceid", "gerat"),
    "offset": ("offset", "utcoffset", "timezone", "zone", "tz", "timezoneoffset"),
    "long_metric": ("metric", "type", "datatype", "measure", "measurement", "parameter", "name"),
    "long_value": ("value", "reading", "result", "wert"),
    "long_unit": ("unit", "units", "einheit"),
}  # fmt: skip
# Other words for a metric than its code, name and keys.
WORDS = {
    "hr": "heart_rate", "pulse": "heart_rate", "bpm": "heart_rate", "puls": "heart_rate",
    "rhr": "resting_heart_rate", "sbp": "systolic_blood_pressure", "systolic":
    "systolic_blood_pressure", "dbp": "diastolic_blood_pressure", "diastolic":
    "diastolic_blood_pressure", "bmi": "body_mass_index", "temp": "body_temperature",
    "temperature": "body_temperature", "sao2": "spo2", "oxygensaturation": "spo2",
    "bloodglucose": "glucose", "bodyweight": "weight", "rmssd": "hrv_rmssd",
    "sdnn": "hrv_sdnn", "lux": "light", "stepcount": "steps", "schritte": "steps",
    "gewicht": "weight", "calories": "active_energy", "counts": "activity",
    "whitelight": "light", "sleephours": "sleep_duration", "breathingrate":
    "respiratory_rate", "respirationrate": "respiratory_rate",
}  # fmt: skip
IN_BRACKETS = re.compile(r"[(\[]([^)\]]+)[)\]]\s*$")


def suggest(header: Sequence[str], rows: Sequence[Sequence[str]]) -> TableMapping:
    """A guess, to be looked at by a person: what isn't recognised is left out."""
    found: dict[str, str] = {}
    for part, words in PARTS.items():
        by_word = {_squeezed(column): column for column in reversed(header)}
        match = next((by_word[word] for word in words if word in by_word), "")
        if match and match not in found.values():
            found[part] = match
    if not ("long_metric" in found and "long_value" in found):
        found = {part: column for part, column in found.items() if not part.startswith("long")}
    long = "long_metric" in found
    taken = set(found.values())
    values = () if long else tuple(_value_columns([one for one in header if one not in taken]))
    cells = _cells(header, rows, found.get("time", ""))
    names = _names(_cells(header, rows, found["long_metric"])) if long else {}
    return TableMapping(**found, time_format=format_of(cells), values=values, names=names)


def metric_named(text: str) -> str:
    """The metric that a header or cell calls so; "" for none."""
    return NAMES.get(_squeezed(IN_BRACKETS.sub("", text)), "")


def _value_columns(columns: Sequence[str]) -> list[ValueColumn]:
    found = []
    for column in columns:
        if code := metric_named(column):
            unit = IN_BRACKETS.search(column)
            found.append(ValueColumn(column, code, _unit(code, unit.group(1) if unit else "")))
    return found


def _unit(code: str, text: str) -> str:
    metric = metric_of(code)
    unit = known_unit(metric, text) if text else ""
    return unit if unit in {metric.unit, *metric.conversions} else ""


def _names(cells: Sequence[str]) -> dict[str, str]:
    return {word: code for word in dict.fromkeys(cells) if (code := metric_named(word))}


def _cells(header: Sequence[str], rows: Sequence[Sequence[str]], column: str) -> list[str]:
    if column not in header:
        return []
    place = list(header).index(column)
    return [row[place].strip() for row in rows if len(row) > place and row[place].strip()]


def _squeezed(text: str) -> str:
    return "".join(letter for letter in text.lower() if letter.isalnum())


NAMES = {_squeezed(metric.name): code for code, metric in METRICS.items()}
NAMES |= {_squeezed(code): code for code in METRICS}
NAMES |= WORDS
