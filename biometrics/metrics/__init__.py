"""The metric catalogue. Adding a metric is adding one entry to a group's file."""

from biometrics.metrics.activity import ACTIVITY
from biometrics.metrics.body import BODY
from biometrics.metrics.daily_life import DAILY_LIFE
from biometrics.metrics.kinds import DAY_MS, HOUR_MS, Aggregation, Conversion, Group, Metric
from biometrics.metrics.sleep import SLEEP
from biometrics.metrics.vitals import VITALS
from clinicity.common.exceptions import Invalid

__all__ = [
    "DAY_MS", "HOUR_MS", "METRICS", "Aggregation", "Conversion", "Group", "Metric", "metric_of",
]  # fmt: skip

METRICS: dict[str, Metric] = {
    metric.code: metric for metric in (*ACTIVITY, *VITALS, *SLEEP, *BODY, *DAILY_LIFE)
}


def metric_of(code: str) -> Metric:
    """The catalogue's entry; raises Invalid for a metric that it doesn't have."""
    try:
        return METRICS[code]
    except KeyError as error:
        raise Invalid(f"There is no metric {code!r}.") from error
