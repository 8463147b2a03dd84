"""Removing what was derived: ordered with the decision, done store by store, reported.

1. The order is a row in the decision's own transaction; an event starts one job an app.
2. Each app goes through its stores for the plan (a purpose, or erasure): it counts what is
   there and commits that, removes it, and looks again. A worker that dies is followed by one
   that goes on with the first store that isn't done.
3. When all other apps are through, patients' own stores follow, and the report is filed with
   its digest in the audit trail.

A consent that is given again stops what hasn't been done yet.
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

import msgspec

from clinicity.accounts.acting import acting_as
from clinicity.audit import services as audit
from clinicity.common import clock, events
from clinicity.common.actors import Actor
from clinicity.common.exceptions import Conflict, NotFound, Unavailable
from clinicity.common.models import Job
from clinicity.privacy.pseudonyms import pseudonym
from clinicity.wiring import WIRING
from patients.models import (
    Consent,
    DeletionReport,
    Patient,
    Removal,
    RemovalStep,
    record_ids,
)
from patients.permissions import demand_remover

# Who knows which models were trained on a patient's data: each gives names with versions. No
# model of this house is, so nobody asks to be in the list yet.
MODELS_TRAINED_ON: list[Callable[[Actor, UUID], list[str]]] = []
# Goes last: other apps' rows point to the chart's.
LAST = "patients"
Counts = Mapping[str, int]

# What stays, by plan; `removal_presenter.KEPT` has the words.
KEPT: dict[str, tuple[str, ...]] = {
    "care": ("record", "readings", "notes", "alerts", "trail"),
    "monitoring": ("readings", "record", "trail"),
    "research": ("record", "trail"),
    "training": ("record", "trail"),
    "external_llm": ("record", "own_answers", "trail"),
    "messaging": ("record", "trail"),
    "erasure": ("tombstone", "decisions", "jobs", "trail", "cached_key", "backups"),
}


@dataclass(frozen=True)
class Store:
    """A place of an app where something of a patient lies.

    `count` says what is there now, by kind of thing; `remove` takes it away and may be
    called again. Afterwards `count` must find nothing.
    """

    name: str
    count: Callable[[Actor, UUID], Counts]
    remove: Callable[[Actor, UUID], None]


Plan = Mapping[str, Sequence[Store]]


def parts() -> list[str]:
    """The apps that take part: those whose tasks the wiring names, and this one."""
    tasks = WIRING["patients.consent_withdrawn"]
    return [*(task.partition(".")[0] for task in tasks), LAST]


def withdrawal_order(*, by: Actor, patient: Patient, decision: Consent) -> Removal:
    """Order the removal that a withdrawal wants, in the withdrawal's transaction."""
    removal = Removal(
        patient_id=patient.id, kind=Removal.Kind.WITHDRAWAL, purpose=decision.purpose,
        consent_id=decision.id, subjects=record_ids(patient.id), parts=parts(),
        ordered_by=by.id,
    )  # fmt: skip
    return ordered(by=by, removal=removal)


def withdrawals_cancel(*, patient_id: UUID, purpose: str) -> int:
    """The purpose is agreed to again: what hasn't been removed yet stays."""
    rows = Removal.objects.filter(
        patient_id=patient_id, purpose=purpose, finished_at__isnull=True,
        cancelled_at__isnull=True,
    )  # fmt: skip
    return rows.update(cancelled_at=clock.now())


def ordered(*, by: Actor, removal: Removal) -> Removal:
    """Keep an order and tell the apps, in the caller's transaction."""
    removal.save(force_insert=True)
    audit.record(
        by=by, act="removal.order", subject="removal", subject_id=removal.id,
        patient_id=removal.patient_id, kind=removal.kind, purpose=removal.purpose,
    )  # fmt: skip
    _tell_apps(removal)
    return removal


def removal_retry(*, by: Actor, patient_id: UUID, removal_id: UUID) -> Removal:
    """Send the apps that aren't through to work again, after a fault."""
    demand_remover(by)
    with acting_as(by, patient_id):
        removal = _locked(patient_id, removal_id)
        if removal.finished_at:
            raise Conflict("This removal is done.")
        others = bool(set(removal.parts) - {LAST} - _through(removal))
        (_tell_apps if others else _tell_last)(removal)
        audit.record(
            by=by, act="removal.retry", subject="removal", subject_id=removal.id,
            patient_id=patient_id,
        )  # fmt: skip
    return removal


def removal_carry_out(
    *, by: Actor, patient_id: UUID, removal_id: UUID, part: str, plan: Plan
) -> None:
    """Go through an app's stores. Safe to run twice, and after dying anywhere."""
    with acting_as(by, patient_id):
        removal = _locked(patient_id, removal_id)
        _settle_given_again(removal)
    if removal.finished_at:
        return
    if not removal.cancelled_at:
        _demand_quiet(removal, part)
        for store in plan.get(removal.plan, ()):
            _empty(by, removal, part, store)
    _part_done(by, removal, part)


def digest_of(report: DeletionReport) -> str:
    """SHA-256 over everything that the report says, in one canonical form."""
    said = {
        name: getattr(report, name)
        for name in ("kind", "purpose", "removed", "absent", "kept", "models_trained",
                     "given_again")
    }  # fmt: skip
    said |= {
        "removal": str(report.removal_id), "patient": str(report.patient_id),
        "since": report.since.isoformat(),
        "keep_until": report.keep_until.isoformat() if report.keep_until else "",
    }  # fmt: skip
    return hashlib.sha256(msgspec.json.encode(said, order="sorted")).hexdigest()


def _settle_given_again(removal: Removal) -> None:
    """Looks at the newest decision itself, whatever the order's row says."""
    if removal.is_erasure or removal.cancelled_at:
        return
    agreed = Patient.objects.filter(
        id=removal.patient_id, consents__contains=[removal.purpose]
    ).exists()
    if agreed:
        removal.cancelled_at = clock.now()
        removal.save(update_fields=["cancelled_at"])


def _demand_quiet(removal: Removal, part: str) -> None:
    """What is being made must be there before it can be taken away."""
    mine = Job.objects.filter(patient_id__in=removal.subjects, name__startswith=f"{part}.")
    others = mine.exclude(name__endswith=".forget")
    if removal.is_erasure:
        others.filter(state=Job.State.QUEUED).update(
            state=Job.State.DEAD, error="The person was erased.", finished_at=clock.now()
        )
    if others.filter(state=Job.State.RUNNING).exists():
        raise Unavailable("Something is still being made of this record.")


def _empty(by: Actor, removal: Removal, part: str, store: Store) -> None:
    """Take everything out of one store of every record of the person."""
    step = _step(by, removal, part, store)
    if step.done_at:
        return
    for subject in removal.subjects:
        store.remove(by, subject)
    if left := _counted(by, removal, store):
        kinds = ", ".join(sorted(left))
        raise Unavailable(f"Something is still in the store {store.name}: {kinds}.")
    with acting_as(by, removal.patient_id):
        RemovalStep.objects.filter(id=step.id).update(done_at=clock.now())


def _step(by: Actor, removal: Removal, part: str, store: Store) -> RemovalStep:
    """The store's row; what is there is counted by the first run alone."""
    with acting_as(by, removal.patient_id):
        known = RemovalStep.objects.filter(removal=removal, part=part, store=store.name)
        if step := known.first():
            return step
    found = _counted(by, removal, store)
    row = RemovalStep(
        patient_id=removal.patient_id, removal=removal, part=part, store=store.name, found=found
    )
    with acting_as(by, removal.patient_id):
        RemovalStep.objects.bulk_create([row], ignore_conflicts=True)
        return RemovalStep.objects.get(removal=removal, part=part, store=store.name)


def _counted(by: Actor, removal: Removal, store: Store) -> dict[str, int]:
    total: dict[str, int] = {}
    for subject in removal.subjects:
        for kind, count in store.count(by, subject).items():
            if count:
                total[kind] = total.get(kind, 0) + count
    return total


def _part_done(by: Actor, removal: Removal, part: str) -> None:
    """Note that an app is through; the last but one starts the last, the last reports."""
    with acting_as(by, removal.patient_id):
        removal = _locked(removal.patient_id, removal.id)
        _through_note(removal, part)
        left = set(removal.parts) - _through(removal)
        if left == {LAST}:
            _tell_last(removal)
        elif not left and not removal.finished_at:
            _file(by, removal)


def _through_note(removal: Removal, part: str) -> None:
    row = RemovalStep(
        patient_id=removal.patient_id, removal=removal, part=part, store="", done_at=clock.now()
    )
    RemovalStep.objects.bulk_create([row], ignore_conflicts=True)


def _through(removal: Removal) -> set[str]:
    """The apps that are through: each has a row that names no store."""
    return set(removal.steps.filter(store="").values_list("part", flat=True))


def _file(by: Actor, removal: Removal) -> DeletionReport:
    """The report, its digest on the trail, and the end of the order: one transaction."""
    steps = removal.steps.exclude(store="").order_by("part", "store")
    report = DeletionReport(
        patient_id=removal.patient_id, removal=removal, kind=removal.kind,
        purpose=removal.purpose, since=removal.created_at, keep_until=removal.keep_until,
        removed={f"{step.part}.{step.store}": step.found for step in steps if step.done_at},
        kept=list(KEPT[removal.plan]), given_again=removal.cancelled_at is not None,
    )  # fmt: skip
    names = [pseudonym(subject) for subject in removal.subjects]
    report.models_trained = sorted(
        {
            name
            for ask in MODELS_TRAINED_ON
            for each in removal.subjects
            for name in ask(by, each)
        }
    )
    report.absent = dict.fromkeys(report.removed, names)
    report.digest = digest_of(report)
    report.save(force_insert=True)
    removal.finished_at = clock.now()
    removal.save(update_fields=["finished_at"])
    audit.record(
        by=by, act="deletion.report", subject="deletion_report", subject_id=report.id,
        patient_id=removal.patient_id, digest=report.digest, kind=report.kind,
        purpose=report.purpose, stores=len(report.removed),
    )  # fmt: skip
    return report


def _locked(patient_id: UUID, removal_id: UUID) -> Removal:
    rows = Removal.objects.select_for_update().filter(id=removal_id, patient_id=patient_id)
    removal = rows.first()
    if removal is None:
        raise NotFound("There is no such removal.")
    return removal


def _tell_apps(removal: Removal) -> None:
    """Start every app but this one, each by its own job."""
    subject, order = removal.patient_id, str(removal.id)
    if removal.is_erasure:
        events.publish("patients.erasure_ordered", patient_id=subject, removal_id=order)
    else:
        events.publish(
            "patients.consent_withdrawn", patient_id=subject, removal_id=order,
            purpose=removal.purpose,
        )  # fmt: skip


def _tell_last(removal: Removal) -> None:
    events.publish(
        "patients.removal_ready", patient_id=removal.patient_id, removal_id=str(removal.id)
    )
