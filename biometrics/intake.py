"""One request's readings: decoded, stored, answered. The door and the API both call it."""

from collections.abc import Sequence
from typing import Any

import msgspec

from biometrics.bodies import intake_of
from biometrics.samples import sorted_out
from biometrics.services import Receipt, columns_store
from clinicity.common import clock
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Invalid


def take_in(actor: Actor, body: bytes) -> Receipt:
    """Store a body's samples; raises a DomainError when nothing of it can be stored."""
    intake = intake_of(body)
    found = sorted_out(intake.samples, now=clock.now())
    reasons = [*intake.reasons, *((intake.indexes[n], why) for n, why in found.reasons)]
    if not found.columns:
        raise Invalid(
            _first(reasons), rejected=[[index, why] for index, why in sorted(reasons)]
        )
    return columns_store(
        by=actor, patient_id=intake.patient_id, columns=found.columns, reasons=sorted(reasons),
        device_id=intake.device_id, source="api",
    )  # fmt: skip


def receipt_document(receipt: Receipt) -> dict[str, Any]:
    """The receipt as the API answers it."""
    return {
        "id": str(receipt.id),
        "patient_id": str(receipt.patient_id),
        "position": receipt.position,
        "accepted": receipt.accepted,
        "duplicate": receipt.duplicate,
        "corrected": receipt.corrected,
        "rejected": receipt.rejected,
        "reasons": [{"index": index, "reason": why} for index, why in receipt.reasons],
        "digest": f"sha256:{receipt.digest}",
        "received_at": receipt.received_at.isoformat(),
    }


def receipt_json(receipt: Receipt) -> str:
    return msgspec.json.encode(receipt_document(receipt)).decode()


def _first(reasons: Sequence[tuple[int, str]]) -> str:
    return (
        reasons[0][1] if len(reasons) == 1 else f"None of {len(reasons)} events can be stored."
    )
