"""FHIR R4 Observations: a Bundle, NDJSON, single resources, or a folder or ZIP of them. Pure.

An Observation gives a sample for its own value, for each of its components and for each
number of its SampledData (see `sampled_data.py`). The code says the metric through LOINC,
the unit through UCUM: a quantity without a unit is refused, not guessed. Observations that
were entered in error or cancelled, other resources and codes without a metric are counted.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from biometrics.importers.base import Chunk, Options
from biometrics.importers.data_points import OnePerson, first_value, records_of, values
from biometrics.importers.local_times import day, instant, is_date
from biometrics.importers.loinc import LOINC
from biometrics.importers.records import Point, Record, Span, chunks, json_number, point
from biometrics.importers.sampled_data import sampled
from biometrics.metrics import Metric, metric_of
from clinicity.common.exceptions import Invalid

ENTRIES = "entry"
# Its address, its OID, or nothing said.
LOINC_SYSTEMS = ("http://loinc.org", "urn:oid:2.16.840.1.113883.6.1", None)
# Statuses of what was never so.
VOID = ("entered-in-error", "cancelled")
OBSERVATION = "Observation"


@dataclass(frozen=True)
class Fhir:
    """Observations of one patient, or of several told apart by their subject."""

    code: str = "fhir"
    title: str = "FHIR R4 Observations"
    accepts: str = "a Bundle or NDJSON of Observations, or a folder or ZIP of such files"

    def matches(self, source: Path) -> bool:
        return "resourceType" in _resource(first_value(source, ENTRIES))

    def people(self, source: Path) -> list[str]:
        found = (_resource(value) for value, _ in values(source, ENTRIES))
        names = {_subject(one) for one in found if one.get("resourceType") == OBSERVATION}
        names -= {""}
        return sorted(names) if len(names) > 1 else []

    def read(self, source: Path, options: Options, *, start: int = 0) -> Iterator[Chunk]:
        person = OnePerson(options.person)

        def record(value: Any) -> Record:
            resource = _resource(value)
            kind = str(resource.get("resourceType") or "what is no resource")
            if kind != OBSERVATION:
                return Record(ignored=[kind])
            if resource.get("status") in VOID:
                return Record(ignored=[f"status {resource['status']}"])
            return person.refusal(_subject(resource)) or _record(resource, options.zone)

        yield from chunks(records_of(source, ENTRIES, record), start)


def _record(resource: Mapping[str, Any], zone: ZoneInfo) -> Record:
    points: list[Point] = []
    reasons: list[str] = []
    ignored: list[str] = []
    components = [one for one in _list(resource.get("component")) if isinstance(one, Mapping)]
    # A panel has no value of its own; its code needs no metric where its parts have one.
    parts = [resource, *components] if _value_of(resource) or not components else components
    for part in parts:
        metric = _metric(part)
        if metric is None:
            ignored.append(_name(part))
            continue
        try:
            found, lost = _measured(part, metric, resource, zone)
            points += found
            reasons += lost
        except Invalid as refusal:
            reasons.append(refusal.detail)
    return Record(points, reasons, ignored)


def _measured(
    part: Mapping[str, Any], metric: Metric, resource: Mapping[str, Any], zone: ZoneInfo
) -> tuple[list[Point], list[str]]:
    device = str(_inside(resource, "device").get("display") or "")
    kind = _value_of(part)
    if kind == "valueSampledData":
        return sampled(part[kind], metric, _span(resource, metric, zone), device)
    if kind == "valueQuantity":
        value, unit = _quantity(part[kind], metric)
    elif kind == "valueInteger" and _needs_no_unit(metric):
        value = json_number(part[kind], f"The value of {metric.code}")
        unit = metric.unit
    else:
        raise Invalid(_without_value(part, kind, metric))
    span = _span(resource, metric, zone)
    return [point(metric.code, span, value, unit, device)], []


def _quantity(quantity: Any, metric: Metric) -> tuple[float, str]:
    if not isinstance(quantity, Mapping):
        raise Invalid(f"The value of {metric.code} is no quantity.")
    value = json_number(quantity.get("value"), f"The value of {metric.code}")
    unit = str(quantity.get("code") or quantity.get("unit") or "")
    if quantity.get("comparator"):
        raise Invalid(f"The value of {metric.code} is only a bound: {quantity['comparator']}.")
    if not unit and not _needs_no_unit(metric):
        raise Invalid(f"The value of {metric.code} has no unit.")
    return value, unit


def _span(resource: Mapping[str, Any], metric: Metric, zone: ZoneInfo) -> Span:
    period = resource.get("effectivePeriod")
    if isinstance(period, Mapping) and period.get("start"):
        begun = _moment(str(period["start"]), metric, zone)
        if not period.get("end"):
            return begun
        ended = _moment(str(period["end"]), metric, zone)
        # A date as an end is that whole day.
        end_ms = ended.start_ms + (ended.duration_ms if is_date(str(period["end"])) else 0)
        return Span(begun.start_ms, end_ms - begun.start_ms, begun.offset_min)
    text = resource.get("effectiveDateTime") or resource.get("effectiveInstant")
    if not text:
        raise Invalid("The observation says no time that can be read.")
    return _moment(str(text), metric, zone)


def _moment(text: str, metric: Metric, zone: ZoneInfo) -> Span:
    if is_date(text):
        start, end, offset = day(text, zone)
        return Span(start, end - start, offset)
    if len(text) < len("2020-01-01"):
        raise Invalid(f"{text!r} is too coarse a time.")
    start, offset = instant(text, zone)
    return Span(start, metric.lasts_ms, offset)


def _metric(part: Mapping[str, Any]) -> Metric | None:
    for coding in _codings(part):
        known = LOINC.get(str(coding.get("code")))
        if known and coding.get("system") in LOINC_SYSTEMS:
            return metric_of(known)
    return None


def _name(part: Mapping[str, Any]) -> str:
    coding = next(iter(_codings(part)), {})
    shown = coding.get("display") or _inside(part, "code").get("text") or "without a code"
    return f"{shown} ({coding['code']})" if coding.get("code") else str(shown)


def _codings(part: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    codings = _list(_inside(part, "code").get("coding"))
    return [coding for coding in codings if isinstance(coding, Mapping)]


def _value_of(part: Mapping[str, Any]) -> str:
    return next((name for name in part if name.startswith("value")), "")


def _without_value(part: Mapping[str, Any], kind: str, metric: Metric) -> str:
    if kind:
        return f"{metric.code} is given as {kind}, not as a quantity."
    absent = _inside(part, "dataAbsentReason")
    codes = [
        str(one.get("code")) for one in _list(absent.get("coding")) if isinstance(one, dict)
    ]
    why = ", ".join(codes) or str(absent.get("text") or "no reason given")
    return f"{metric.code} has no value ({why})."


def _needs_no_unit(metric: Metric) -> bool:
    return metric.unit == "1" or metric.unit.startswith("{")


def _subject(resource: Mapping[str, Any]) -> str:
    """The id in any way of referring to it: urn:uuid:…, Patient/…, http://…/Patient/…"""
    reference = str(_inside(resource, "subject").get("reference") or "")
    return reference.removeprefix("urn:uuid:").rpartition("/")[2]


def _resource(value: Any) -> Mapping[str, Any]:
    """The resource itself, out of a Bundle's entry where it stands in one."""
    if not isinstance(value, Mapping):
        return {}
    inner = value.get("resource")
    return inner if isinstance(inner, Mapping) else value


def _inside(value: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    inner = value.get(name)
    return inner if isinstance(inner, Mapping) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


FHIR = Fhir()
