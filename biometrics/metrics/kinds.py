"""What a metric is: its unit, its plausible range, how it is kept and summed up.

The entries themselves stand in one file a group. Codes are LOINC's where it has one that
says no more than the reading does (no method, no place on the body); `loinc.py` names them.
Units are UCUM's; among the other units are also spellings that devices send (`bpm`).

A value outside the plausible range is kept and flagged, never dropped. Ranges are wide: what
a living person can show. Where possible they are narrow enough to leave a value outside that
came in another usual unit without saying so (a saturation of 0.97, a fever of 102).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from clinicity.common.exceptions import Invalid

# Times `factor` plus `shift` turns a value of another unit into the metric's own.
Conversion = tuple[float, float]
HOUR_MS, DAY_MS = 3_600_000, 86_400_000
YEAR_MS = 365 * DAY_MS


class Aggregation(StrEnum):
    """How many samples become one figure of an hour or day."""

    MEAN = "mean"
    SUM = "sum"
    LAST = "last"
    # Time spent in each state: the values are codes of `Metric.states`.
    TIME_IN_STATE = "time_in_state"


class Group(StrEnum):
    """Where a metric stands on a page."""

    ACTIVITY = "activity"
    HEART = "heart"
    SLEEP = "sleep"
    BODY = "body"
    BREATHING = "breathing"
    MOOD = "mood"
    PHONE = "phone"
    SURROUNDINGS = "surroundings"


@dataclass(frozen=True)
class Metric:
    """One kind of measurement."""

    code: str
    name: str
    unit: str
    low: float
    high: float
    loinc: str = ""
    # Names under which the value stands in `data` of a single event. None is a bare
    # "duration": devices mean seconds, minutes or milliseconds by it.
    keys: tuple[str, ...] = ()
    conversions: Mapping[str, Conversion] = field(default_factory=dict)
    # Samples of so long a span are kept together: of an hour where they come by the second,
    # of a year where there are a few a day.
    span_ms: int = DAY_MS
    # How long one value without an end counts: a minute's count, a day's total.
    lasts_ms: int = 0
    aggregation: Aggregation = Aggregation.MEAN
    group: Group = Group.BODY
    # For states (sleep stages): what each whole number means.
    states: Mapping[int, str] = field(default_factory=dict)

    def factor_of(self, unit: str) -> Conversion:
        """How to turn `unit` into the metric's own; raises Invalid for an unknown one."""
        if unit in ("", self.unit):
            return (1.0, 0.0)
        try:
            return self.conversions[unit]
        except KeyError as error:
            known = ", ".join([self.unit, *self.conversions])
            raise Invalid(f"The unit of {self.code} is {known}, not {unit!r}.") from error

    def in_unit(self, value: float, unit: str) -> float:
        """A value of the metric's own unit, read back in `unit`."""
        factor, shift = self.factor_of(unit)
        return (value - shift) / factor
