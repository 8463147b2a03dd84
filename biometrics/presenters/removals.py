"""What was removed for good in words, and what would be."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from django.utils.translation import gettext as _

from biometrics.metrics import METRICS
from biometrics.models import Device, ReadingsRemoval
from biometrics.selectors.removals import RemovalReport


def counted(counts: Mapping[str, int]) -> list[dict[str, Any]]:
    """Metrics by name with their samples, the most first."""
    most_first = sorted(counts.items(), key=lambda part: (-part[1], part[0]))
    return [{"name": name_of(code), "count": count} for code, count in most_first]


def preview(
    counts: Mapping[str, int], asked: Mapping[str, Any], devices: Sequence[Device]
) -> dict[str, Any]:
    """What would go, and of which range."""
    named = {device.id: device.name for device in devices}
    return {
        "total": sum(counts.values()),
        "metrics": counted(counts),
        "asked": [name_of(code) for code in asked["metrics"]],
        "device": named.get(asked["device_id"], ""),
        "start": asked["start"],
        "end": asked["end"],
        "ground": ReadingsRemoval.Ground(asked["ground"]).label,
    }


def report_line(report: RemovalReport) -> dict[str, Any]:
    """One deletion report."""
    removal = report.removal
    return {
        "removal": removal,
        "remover": report.remover or _("a service"),
        "lifter": report.lifter,
        "counts": counted(removal.counts),
        "asked": [name_of(code) for code in removal.metrics],
        "start": _moment(removal.start_ms),
        "end": _moment(removal.end_ms),
    }


def name_of(code: str) -> str:
    return METRICS[code].name if code in METRICS else code


def _moment(milliseconds: int | None) -> datetime | None:
    return None if milliseconds is None else datetime.fromtimestamp(milliseconds / 1000, UTC)
