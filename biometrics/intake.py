"""One request's readings: decoded, stored, answered. The door and the API both call it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from django.db import transaction

from biometrics.bodies import Intake, Part, intake_of, lines_in
from biometrics.device_tokens import DeviceClaims
from biometrics.features.payload import Lane
from biometrics.permissions import demand_sender
from biometrics.samples import Checked, Reason, Sent, checked
from biometrics.services.readings import deposit_store
from biometrics.services.storing import Deposit, Receipt
from clinicity.common import clock
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Invalid, NotFound
from patients.selectors import visible_patient_ids

REASONS_TOLD = 1000
WRONG_PATIENT = "wrong_patient: this device is paired with somebody else."


class NothingKept(Invalid):
    """A body of which no sample can be stored, or one that asked for all or nothing."""

    def __init__(self, detail: str, bad: Sequence[Reason]) -> None:
        super().__init__(detail, rejected=_told(bad), rejected_count=len(bad))


@dataclass(frozen=True)
class Parcel:
    """A request that is decoded and checked, ready to be stored for an actor."""

    intake: Intake
    found: dict[UUID, Checked]
    # Of events that name no patient, or can't be read.
    reasons: Sequence[Reason]
    device: DeviceClaims | None = None

    @property
    def device_id(self) -> UUID | None:
        return self.device.device_id if self.device else self.intake.head.device_id

    def deposits(self, by: Actor, source: str, *, unseen: Sequence[UUID] = ()) -> list[Deposit]:
        """One for each patient; what is wrong with the rest goes with the first."""
        device = self.device_id
        spare = [*self.reasons, *self._refused(unseen)]
        if len(unseen) < len(self.found):
            _demand_all(self.intake, spare)
        made = []
        for patient_id, found in self.found.items():
            if patient_id in unseen:
                continue
            lanes: dict[Lane, Any] = {(device, code): c for code, c in found.columns.items()}
            if lanes:
                reasons = sorted([*found.reasons, *spare])
                made.append(Deposit(by, patient_id, lanes, source, reasons))
                spare = []
            else:
                spare += found.reasons
        return made

    def _refused(self, unseen: Sequence[UUID]) -> list[Reason]:
        why = WRONG_PATIENT if self.device else "There is no such patient."
        return [
            (index, "patient_id", why)
            for patient_id in unseen
            for part in self.intake.patients[patient_id]
            for index in part.indexes
        ]


def parcel_of(
    body: bytes, part: Part | None = None, device: DeviceClaims | None = None
) -> Parcel:
    """Decode and check a body; raises Invalid when nothing of it can be stored.

    What a paired device sends is its own, and its patient's where no other is named.
    """
    intake, now = lines_in(body, part) if part else intake_of(body), clock.now()
    if device and intake.head.device_id not in (None, device.device_id):
        raise Invalid("wrong_device: a device's token sends for that device alone.")
    reasons, found = list(intake.reasons), dict[UUID, Checked]()
    for patient_id, sent in _of_device(intake, device).items():
        if patient_id is not None:
            found[patient_id] = checked(sent, now=now)
            continue
        reasons += [
            (index, "patient_id", "This is needed.") for part in sent for index in part.indexes
        ]
    parcel = Parcel(intake, found, sorted(reasons), device)
    _demand_something(parcel)
    return parcel


def take_in(actor: Actor, body: bytes) -> list[Receipt]:
    """Store a body's samples; raises a DomainError when nothing of it can be stored."""
    demand_sender(actor)
    parcel = parcel_of(body)
    seen = visible_patient_ids(actor, list(parcel.found))
    unseen = [patient_id for patient_id in parcel.found if patient_id not in seen]
    deposits = parcel.deposits(actor, "api", unseen=unseen)
    if not deposits:
        raise NotFound("There is no such patient.")
    # In one order for everyone: each takes its patient's lock.
    with transaction.atomic():
        return [deposit_store(each) for each in sorted(deposits, key=lambda d: d.patient_id)]


def _of_device(
    intake: Intake, device: DeviceClaims | None
) -> Mapping[UUID | None, Sequence[Sent]]:
    if device is None or None not in intake.patients:
        return intake.patients
    named = {**intake.patients}
    nobody = named.pop(None)
    named[device.patient_id] = [*nobody, *named.get(device.patient_id, [])]
    return named


def _demand_something(parcel: Parcel) -> None:
    bad = [*parcel.reasons, *(r for found in parcel.found.values() for r in found.reasons)]
    if not any(found.columns for found in parcel.found.values()):
        raise NothingKept(_first(bad), bad)
    _demand_all(parcel.intake, bad)


def _demand_all(intake: Intake, bad: Sequence[Reason]) -> None:
    """Of a body that is to be stored wholly or not at all."""
    if bad and intake.head.atomic:
        why = f"{len(bad)} of {intake.count} events can't be stored, so none was."
        raise NothingKept(why, sorted(bad))


def answer_document(receipts: Sequence[Receipt]) -> dict[str, Any]:
    """What a request is answered: its receipt, or one for each patient that it names."""
    if len(receipts) == 1:
        return receipt_document(receipts[0])
    return {"receipts": [receipt_document(receipt) for receipt in receipts]}


def receipt_document(receipt: Receipt) -> dict[str, Any]:
    """The receipt as the API answers it."""
    return {
        "id": str(receipt.id),
        "patient_id": str(receipt.patient_id),
        "kind": str(receipt.kind),
        "position": receipt.position,
        "accepted": receipt.accepted,
        "duplicate": receipt.duplicate,
        "corrected": receipt.corrected,
        "rejected": receipt.rejected,
        "implausible": receipt.implausible,
        "reasons": _told(receipt.reasons),
        "digest": f"sha256:{receipt.digest}",
        "received_at": receipt.received_at.isoformat(),
    }


def answer_json(receipts: Sequence[Receipt]) -> str:
    return msgspec.json.encode(answer_document(receipts)).decode()


def _told(reasons: Sequence[Reason]) -> list[dict[str, Any]]:
    """Reasons as documents. The receipt counts all; the first thousand are spelt out."""
    return [
        {"index": index if index >= 0 else None, "field": field, "reason": why}
        for index, field, why in reasons[:REASONS_TOLD]
    ]


def _first(reasons: Sequence[Reason]) -> str:
    if not reasons:
        return "There is no event in the body."
    return (
        reasons[0][2] if len(reasons) == 1 else f"None of {len(reasons)} events can be stored."
    )
