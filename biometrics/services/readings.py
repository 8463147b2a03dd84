"""Storing readings of one patient: the front of `storing.py` for everyone but the door."""

import hashlib
from collections.abc import Mapping, Sequence
from uuid import UUID

from django.db import connection

from biometrics.features.columns import Columns
from biometrics.features.payload import Lane
from biometrics.metrics import metric_of
from biometrics.models import ImportRun, IngestBatch
from biometrics.samples import Reason, Sample, checked, sent_of
from biometrics.services.storing import Deposit, Receipt, allowed, known, planned
from biometrics.services.writing import written
from clinicity.accounts.acting import acting_as
from clinicity.common import clock
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Invalid
from clinicity.common.pipeline import pipelined, together

# Two-part advisory locks: this class, and a hash of the patient.
PATIENT_LOCK = 0x4C0C


def readings_store(
    *,
    by: Actor,
    patient_id: UUID,
    samples: Sequence[Sample],
    device_id: UUID | None = None,
    source: str = "api",
) -> Receipt:
    """Store samples as they were sent. Bad ones are named in the receipt."""
    found = checked(sent_of(samples), now=clock.now())
    return columns_store(
        by=by, patient_id=patient_id, columns=found.columns, reasons=found.reasons,
        device_id=device_id, source=source,
    )  # fmt: skip


def columns_store(
    *,
    by: Actor,
    patient_id: UUID,
    columns: Mapping[str, Columns],
    reasons: Sequence[Reason] = (),
    device_id: UUID | None = None,
    source: str,
) -> Receipt:
    """Store columns that are in the metrics' own units already, by metric."""
    lanes = {(device_id, metric): part for metric, part in columns.items()}
    return lanes_store(
        by=by, patient_id=patient_id, lanes=lanes, reasons=reasons, source=source
    )


def lanes_store(
    *,
    by: Actor,
    patient_id: UUID,
    lanes: Mapping[Lane, Columns],
    reasons: Sequence[Reason] = (),
    source: str,
    import_run: ImportRun | None = None,
) -> Receipt:
    """Store columns of several devices and metrics as one row of the ledger.

    Joins the caller's transaction, so that an import keeps its position with the samples.
    """
    for _, metric in lanes:
        metric_of(metric)
    if not lanes and not reasons:
        raise Invalid("There is no sample to store.")
    run_id = import_run.id if import_run else None
    return deposit_store(
        Deposit(
            by=by, patient_id=patient_id, lanes=lanes, reasons=reasons, source=source,
            import_run_id=run_id,
        )
    )  # fmt: skip


def deposit_store(deposit: Deposit) -> Receipt:
    """Store one deposit as its actor, under the patient's lock."""
    by = deposit.by
    with acting_as(by, deposit.patient_id):
        patient_lock(deposit.patient_id)
        (receipt,) = deposits_store([deposit])
    return receipt


def deposits_store(deposits: Sequence[Deposit]) -> list[Receipt]:
    """Store deposits in their order; the caller acts and holds the patients' locks."""
    patients, held = known(deposits)
    plan = planned([allowed(each, patients) for each in deposits], patients, held)
    # What clears rollups and writes them again can't do both in one statement.
    with pipelined() if plan.clears else together() as ask:
        return written(ask, plan, clock.now())


def receipt_of(batch: IngestBatch) -> Receipt:
    return Receipt(
        id=batch.id, patient_id=batch.patient_id, position=batch.position,
        accepted=batch.accepted, duplicate=batch.duplicate, corrected=batch.corrected,
        rejected=batch.rejected, reasons=[_reason(reason) for reason in batch.reasons or ()],
        digest=batch.digest, received_at=batch.created_at, implausible=batch.implausible,
        kind=batch.kind,
    )  # fmt: skip


def patient_lock(patient_id: UUID) -> None:
    """Hold the patient's readings until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(%s, %s)", [PATIENT_LOCK, lock_key(patient_id)]
        )


def lock_key(patient_id: UUID) -> int:
    return int.from_bytes(hashlib.sha256(patient_id.bytes).digest()[:4], signed=True)


def _reason(kept: Sequence[object]) -> Reason:
    """Index, field and sentence. Rows of the first kind name no field."""
    index, *rest = kept
    field, why = rest if len(rest) == 2 else ("", rest[0])
    return int(str(index)), str(field), str(why)
