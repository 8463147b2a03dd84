"""What the messages of a FIT file say, in the metrics of the catalogue.

Times are seconds since 31 December 1989 UTC. The figures of `monitoring` are totals since
local midnight by kind of activity, so a sample is what has come since the message before;
the distance of `record` is a total since the start of the session. Names, units and scales
are those of the FIT profile.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from biometrics.importers.clock import DAY_MS
from biometrics.importers.tables import Gathering

FIT_EPOCH_S = 631_065_600
# Smaller times count from when the device was switched on.
FIRST_TIME = 0x10000000
# How far the beats may run from the times of the messages around them.
DRIFT_MS = 10_000
SLEEP_LEVELS = {"awake": 0, "light": 1, "deep": 2, "rem": 3}
# Messages whose fields are values at their time: field → metric and factor to its unit.
VALUES: Mapping[str, Mapping[str, str]] = {
    "record": {
        "heart_rate": "heart_rate", "enhanced_speed": "speed",
        "enhanced_respiration_rate": "respiratory_rate",
    },
    "monitoring": {"heart_rate": "heart_rate"},
    "respiration_rate": {"respiration_rate": "respiratory_rate"},
    "spo2_data": {"reading_spo2": "spo2"},
    "hrv_value": {"value": "hrv_rmssd"},
    "weight_scale": {
        "weight": "weight", "percent_fat": "body_fat", "bmi": "body_mass_index",
    },
    "blood_pressure": {
        "systolic_pressure": "systolic_blood_pressure",
        "diastolic_pressure": "diastolic_blood_pressure", "heart_rate": "heart_rate",
    },
}  # fmt: skip
# Totals of a day: field → metric.
TOTALS = {"steps": "steps", "distance": "distance", "active_calories": "active_energy"}
# Fields that say when, or that another field of the message says as well.
QUIET = frozenset({
    "timestamp", "timestamp_16", "speed", "respiration_rate", "cycles", "cycles_16",
    "distance_16", "activity_type", "intensity", "current_activity_type_intensity",
    "local_timestamp",
})  # fmt: skip
Fields = Mapping[str, Any]
# Device, metric, kind of activity → time in ms and total.
Totals = dict[tuple[str, str, str], tuple[int, float]]


@dataclass
class Watch:
    """One FIT file on the way through it."""

    zone: ZoneInfo
    totals: Totals
    device: str = ""
    last_s: int = 0
    # Seconds by which local time is ahead, where the file says so.
    ahead_s: int | None = None
    beat_ms: int | None = None
    distance: tuple[int, float] | None = None
    stage: tuple[int, int] | None = None
    gathering: Gathering = field(default_factory=Gathering)

    def take(self, record: int, name: str, fields: Fields) -> None:
        """Keep what a message says; count what it says beyond the catalogue."""
        known = HANDLERS.get(name)
        if known is None:
            self.gathering.ignore(record, name)
            return
        handler, used = known
        moment = self._moment(fields)
        handler(self, record, fields, moment)
        for other in fields.keys() - used - QUIET:
            label = "unknown fields" if other.startswith("unknown_") else other
            self.gathering.ignore(record, f"{name} {label}")

    def add(
        self, record: int, metric: str, start_ms: int, value: float, duration_ms: int = 0
    ) -> None:
        lane = (self.device, metric)
        self.gathering.add(record, lane, start_ms, value, duration_ms=duration_ms)

    def _moment(self, fields: Fields) -> int | None:
        """Milliseconds of the message; of 16-bit times from the last whole one."""
        whole, short = fields.get("timestamp"), fields.get("timestamp_16")
        if isinstance(whole, int) and whole >= FIRST_TIME:
            self.last_s = whole
        elif isinstance(short, int) and self.last_s:
            self.last_s += (short - self.last_s) & 0xFFFF
        else:
            return None
        return _ms(self.last_s)

    def finish(self, record: int) -> None:
        """The last stage of sleep lasts as long as the file tells of anything."""
        if self.stage:
            start, code = self.stage
            self.add(record, "sleep_stage", start, code, max(_ms(self.last_s) - start, 0))
            self.stage = None


def _ms(seconds: float) -> int:
    return round((seconds + FIT_EPOCH_S) * 1000)


def _values(name: str) -> "Handler":
    def handle(watch: Watch, record: int, fields: Fields, moment: int | None) -> None:
        for key, metric in VALUES[name].items():
            value = fields.get(key)
            if not isinstance(value, int | float):
                continue
            if moment is None:
                watch.gathering.refuse(record, f"{name} {key} has no time.")
            elif value <= 0 and key != "enhanced_speed":
                watch.gathering.ignore(record, f"{name} {key} 0 or less (not measured)")
            else:
                watch.add(record, metric, moment, value)

    return handle


def _record(watch: Watch, record: int, fields: Fields, moment: int | None) -> None:
    _values("record")(watch, record, _enhanced(fields), moment)
    total = fields.get("distance")
    if not isinstance(total, int | float) or moment is None:
        return
    start, before = watch.distance or (moment, 0.0)
    if total < before:
        start, before = moment, 0.0
    watch.add(record, "distance", start, total - before, moment - start)
    watch.distance = (moment, total)


def _enhanced(fields: Fields) -> Fields:
    """Old devices write the small fields only."""
    found = dict(fields)
    for name in ("speed", "respiration_rate"):
        if name in found:
            found.setdefault(f"enhanced_{name}", found[name])
    return found


def _monitoring(watch: Watch, record: int, fields: Fields, moment: int | None) -> None:
    _values("monitoring")(watch, record, fields, moment)
    activity = str(fields.get("activity_type", ""))
    for key, metric in TOTALS.items():
        total = fields.get(key)
        if not isinstance(total, int | float):
            continue
        if moment is None:
            watch.gathering.refuse(record, f"monitoring {key} has no time.")
        else:
            _gain(watch, record, (watch.device, metric, activity), moment, total)


def _gain(
    watch: Watch, record: int, key: tuple[str, str, str], moment: int, total: float
) -> None:
    """What came since the total before it, or since midnight where a day begins."""
    midnight = _midnight(watch, moment)
    start, before = watch.totals.get(key, (midnight, 0.0))
    if moment < start:
        watch.gathering.refuse(record, f"A total of {key[1]} is older than one before it.")
        return
    if start < midnight or total < before:
        start, before = max(start, midnight), 0.0
    watch.add(record, key[1], start, total - before, moment - start)
    watch.totals[key] = (moment, total)


def _midnight(watch: Watch, moment: int) -> int:
    """The local midnight before: a total at midnight is of the day that ends."""
    if watch.ahead_s is not None:
        ahead = watch.ahead_s * 1000
        return (moment - 1 + ahead) // DAY_MS * DAY_MS - ahead
    day = datetime.fromtimestamp((moment - 1) / 1000, UTC).astimezone(watch.zone).date()
    return int(datetime.combine(day, time(0), watch.zone).timestamp()) * 1000


def _monitoring_info(watch: Watch, record: int, fields: Fields, moment: int | None) -> None:
    local = fields.get("local_timestamp")
    if isinstance(local, int) and moment is not None:
        watch.ahead_s = local - watch.last_s


def _resting(watch: Watch, record: int, fields: Fields, moment: int | None) -> None:
    value = fields.get("current_day_resting_heart_rate")
    if isinstance(value, int | float) and moment is not None:
        midnight = _midnight(watch, moment)
        watch.add(record, "resting_heart_rate", midnight, value, moment - midnight)


def _beats(watch: Watch, record: int, fields: Fields, moment: int | None) -> None:
    """Intervals have no times: they follow each other from the last message's."""
    if not watch.last_s:
        watch.gathering.refuse(record, "Intervals between beats before any time.")
        return
    now = _ms(watch.last_s)
    if watch.beat_ms is None or abs(watch.beat_ms - now) > DRIFT_MS:
        watch.beat_ms = now
    intervals = fields.get("time", ())
    for seconds in intervals if isinstance(intervals, tuple | list) else (intervals,):
        if seconds:
            lasts = round(seconds * 1000)
            watch.add(record, "rr_interval", watch.beat_ms, seconds * 1000, lasts)
            watch.beat_ms += lasts


def _stress(watch: Watch, record: int, fields: Fields, moment: int | None) -> None:
    at, value = fields.get("stress_level_time"), fields.get("stress_level_value")
    if not isinstance(at, int) or not isinstance(value, int | float):
        return
    watch.last_s = max(watch.last_s, at)
    if value < 0:
        watch.gathering.ignore(record, "stress_level below 0 (not measured)")
    else:
        watch.add(record, "stress_index", _ms(at), value)


def _sleep(watch: Watch, record: int, fields: Fields, moment: int | None) -> None:
    """A stage lasts until the next message."""
    if moment is None:
        watch.gathering.refuse(record, "A stage of sleep has no time.")
        return
    if watch.stage and moment >= watch.stage[0]:
        start, code = watch.stage
        watch.add(record, "sleep_stage", start, code, moment - start)
    level = fields.get("sleep_level")
    watch.stage = (moment, SLEEP_LEVELS[level]) if level in SLEEP_LEVELS else None
    if watch.stage is None:
        watch.gathering.ignore(record, f"sleep_level {level}")


def _session(watch: Watch, record: int, fields: Fields, moment: int | None) -> None:
    start, elapsed = fields.get("start_time"), fields.get("total_elapsed_time")
    moving = fields.get("total_timer_time", elapsed)
    if not isinstance(start, int) or not isinstance(moving, int | float) or start < FIRST_TIME:
        watch.gathering.refuse(record, "A session has no start or no duration.")
        return
    lasts = round((elapsed or moving) * 1000)
    watch.add(record, "exercise", _ms(start), moving / 60, lasts)
    watch.distance = None


def _file_id(watch: Watch, record: int, fields: Fields, moment: int | None) -> None:
    watch.device = device_of(fields)


def _device_info(watch: Watch, record: int, fields: Fields, moment: int | None) -> None:
    """Where the file's own message names no product, the device that made it does."""
    if not watch.device and fields.get("device_index") in (0, "creator"):
        watch.device = device_of(fields)


def device_of(fields: Fields) -> str:
    """Manufacturer, product and serial number, as far as they are there."""
    product = (
        fields.get("product_name") or fields.get("garmin_product") or fields.get("product")
    )
    parts = (fields.get("manufacturer"), product, fields.get("serial_number"))
    return " ".join(str(part) for part in parts if part)


Handler = Callable[[Watch, int, Fields, int | None], None]
DEVICE_FIELDS = frozenset({
    "manufacturer", "product_name", "garmin_product", "product", "serial_number",
    "time_created", "device_index", "type", "number",
})  # fmt: skip
# How to read each message, and which of its fields are read.
HANDLERS: Mapping[str, tuple[Handler, frozenset[str]]] = {
    "file_id": (_file_id, DEVICE_FIELDS),
    "device_info": (_device_info, DEVICE_FIELDS),
    "record": (_record, frozenset(VALUES["record"]) | {"distance"}),
    "monitoring": (_monitoring, frozenset(VALUES["monitoring"]) | TOTALS.keys()),
    "monitoring_info": (_monitoring_info, frozenset()),
    "monitoring_hr_data": (_resting, frozenset({"current_day_resting_heart_rate"})),
    "hrv": (_beats, frozenset({"time"})),
    "stress_level": (_stress, frozenset({"stress_level_time", "stress_level_value"})),
    "sleep_level": (_sleep, frozenset({"sleep_level"})),
    "session": (
        _session, frozenset({"start_time", "total_elapsed_time", "total_timer_time"}),
    ),
    **{
        name: (_values(name), frozenset(VALUES[name]))
        for name in (
            "respiration_rate", "spo2_data", "hrv_value", "weight_scale", "blood_pressure",
        )
    },
}  # fmt: skip
