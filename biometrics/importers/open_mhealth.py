"""Open mHealth and IEEE 1752.1 data points: a header with the schema, and a body. Pure.

One data point, an array, JSON lines, or a folder or ZIP of such. A body with a descriptive
statistic other than a mean or sum (a maximum, a deviation) is no measurement and is counted
by it. Sleep and activity episodes give a sample for each figure that the catalogue has.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from biometrics.importers.base import Chunk, Options
from biometrics.importers.data_points import OnePerson, first_value, records_of, values
from biometrics.importers.records import Point, Record, chunks, json_number, point
from biometrics.importers.time_frames import span_of
from biometrics.metrics import metric_of
from clinicity.common.exceptions import Invalid

Fields = tuple[tuple[str, str, str], ...]
# An episode's time frame itself is its duration.
WHOLE = "effective_time_frame"
# Schema → the members of its body that are measurements: (member, metric, unit if bare).
FIELDS: dict[str, Fields] = {
    "heart-rate": (("heart_rate", "heart_rate", ""),),
    "rr-interval": (("rr_interval", "rr_interval", ""),),
    "step-count": (("step_count", "steps", "{steps}"),),
    "minutes-moderate-activity": (("minutes_moderate_activity", "moderate_activity", "min"),),
    "calories-burned": (
        ("kcal_burned", "active_energy", "kcal"),
        ("calories_burned", "active_energy", "kcal"),
    ),
    "distance": (("distance", "distance", ""),),
    "speed": (("speed", "speed", ""),),
    "physical-activity": (
        (WHOLE, "exercise", ""),
        ("distance", "distance", ""),
        ("kcal_burned", "active_energy", "kcal"),
        ("base_movement_quantity", "steps", "{steps}"),
    ),
    "body-temperature": (("body_temperature", "body_temperature", ""),),
    "body-weight": (("body_weight", "weight", ""),),
    "body-height": (("body_height", "height", ""),),
    "body-mass-index": (("body_mass_index", "body_mass_index", "kg/m2"),),
    "body-fat-percentage": (("body_fat_percentage", "body_fat", "%"),),
    "blood-glucose": (("blood_glucose", "glucose", ""),),
    "blood-pressure": (
        ("systolic_blood_pressure", "systolic_blood_pressure", ""),
        ("diastolic_blood_pressure", "diastolic_blood_pressure", ""),
    ),
    "oxygen-saturation": (("oxygen_saturation", "spo2", "%"),),
    "respiratory-rate": (("respiratory_rate", "respiratory_rate", ""),),
    "sleep-duration": (("sleep_duration", "sleep_duration", ""),),
    "total-sleep-time": (("total_sleep_time", "sleep_duration", ""),),
    "time-in-bed": (("time_in_bed", "time_in_bed", ""),),
    "sleep-onset-latency": (
        ("sleep_onset_latency", "sleep_latency", ""),
        ("latency_to_sleep_onset", "sleep_latency", ""),
    ),
    "wake-after-sleep-onset": (("wake_after_sleep_onset", "wake_after_sleep_onset", ""),),
    "sleep-episode": (
        ("total_sleep_time", "sleep_session", ""),
        ("latency_to_sleep_onset", "sleep_latency", ""),
        ("wake_after_sleep_onset", "wake_after_sleep_onset", ""),
        ("sleep_maintenance_efficiency_percentage", "sleep_efficiency", "%"),
    ),
    "ambient-light": (("ambient_light", "light", ""),),
    "ambient-sound": (("ambient_sound", "sound_level", ""),),
}
# Other names of the same schemas.
SAME = {"bmi": "body-mass-index", "body-bmi": "body-mass-index"}
# Figures of a whole interval that stand for what was measured in it.
PLAIN = ("", "average", "mean", "sum", "total", "count")


@dataclass(frozen=True)
class OpenMHealth:
    """Data points of one person, or of several told apart by `user_id`."""

    code: str = "open_mhealth"
    title: str = "Open mHealth (IEEE 1752)"
    accepts: str = "data points as .json or .jsonl, or a folder or ZIP of them"

    def matches(self, source: Path) -> bool:
        return _schema(first_value(source)) != ""

    def people(self, source: Path) -> list[str]:
        names = {_user(value) for value, _ in values(source)} - {""}
        return sorted(names) if len(names) > 1 else []

    def read(self, source: Path, options: Options, *, start: int = 0) -> Iterator[Chunk]:
        person = OnePerson(options.person)

        def record(value: Any) -> Record:
            return person.refusal(_user(value)) or _record(value, options.zone)

        yield from chunks(records_of(source, "", record), start)


def _record(value: Any, zone: ZoneInfo) -> Record:
    schema, body = _schema(value), _inside(value, "body")
    fields = FIELDS.get(SAME.get(schema, schema))
    if not schema:
        return Record(reasons=["This is no data point: its header names no schema."])
    if fields is None:
        return Record(ignored=[f"{_namespace(value)}:{schema}"])
    statistic = str(body.get("descriptive_statistic", ""))
    if statistic not in PLAIN:
        return Record(ignored=[f"{_namespace(value)}:{schema} ({statistic})"])
    return _measured(body, fields, _device(value), zone)


def _measured(body: Mapping[str, Any], fields: Fields, device: str, zone: ZoneInfo) -> Record:
    points: list[Point] = []
    reasons: list[str] = []
    for member, metric, unit in fields:
        if member in body:
            try:
                points.append(_point(body, member, metric, unit, device, zone))
            except Invalid as refusal:
                reasons.append(refusal.detail)
    if not points and not reasons:
        reasons.append(f"The body has none of {', '.join(member for member, _, _ in fields)}.")
    return Record(points, reasons)


def _point(
    body: Mapping[str, Any], member: str, metric: str, unit: str, device: str, zone: ZoneInfo
) -> Point:
    span = span_of(_inside(body, "effective_time_frame"), zone, metric_of(metric))
    if member == WHOLE:
        if not span.duration_ms:
            raise Invalid("The activity says no duration.")
        return point(metric, span, span.duration_ms, "ms", device)
    value = body[member]
    if isinstance(value, Mapping):
        unit = str(value.get("unit") or unit)
        value = value.get("value")
    number = json_number(value, f"The value of {member}")
    if not unit:
        raise Invalid(f"The value of {member} has no unit.")
    return point(metric, span, number, unit, device)


def _schema(value: Any) -> str:
    name = _inside(_inside(value, "header"), "schema_id").get("name")
    return name if isinstance(name, str) else ""


def _namespace(value: Any) -> str:
    return str(_inside(_inside(value, "header"), "schema_id").get("namespace", "omh"))


def _user(value: Any) -> str:
    return str(_inside(value, "header").get("user_id") or "")


def _device(value: Any) -> str:
    source = _inside(_inside(value, "header"), "acquisition_provenance")
    return str(source.get("source_name") or "")


def _inside(value: Any, name: str) -> Mapping[str, Any]:
    inner = value.get(name) if isinstance(value, Mapping) else None
    return inner if isinstance(inner, Mapping) else {}


OPEN_MHEALTH = OpenMHealth()
