"""Hands over what one simulated watch recorded, as an import of columns."""

from uuid import UUID

from biometrics.features.columns import Columns, columns_of
from biometrics.metrics import metric_of
from biometrics.services import columns_store
from clinicity.common.actors import Actor
from clinicity.demo.simulator.days import Days
from clinicity.demo.simulator.lives import Life, Samples


def readings_add(life: Life, by: Actor, patient_id: UUID) -> int:
    """Store every sample of one person as one batch; returns how many were accepted."""
    columns = {
        metric: _columns(metric, samples, life.days)
        for metric, samples in life.samples.items()
        if len(samples.times)
    }
    receipt = columns_store(by=by, patient_id=patient_id, columns=columns, source="simulator")
    return receipt.accepted


def _columns(metric: str, samples: Samples, days: Days) -> Columns:
    return columns_of(
        samples.times, samples.values,
        duration_ms=metric_of(metric).lasts_ms, offset_min=days.offsets(samples.times),
    )  # fmt: skip
