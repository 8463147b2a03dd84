"""What this app removes when a consent is withdrawn or a person erased.

Monitoring that is withdrawn stops what would bring in more. What was measured stays in the
care record; `readings_remove` takes that out where somebody asks for it.
"""

from collections.abc import Mapping
from uuid import UUID

from django.db.models import Q, QuerySet

from biometrics import uploads
from biometrics.models import ImportRun, ImportUpload, PairingCode
from biometrics.services import imports
from biometrics.services.uploads import upload_discard
from clinicity.accounts.acting import acting_as
from clinicity.common import clock
from clinicity.common.actors import Actor
from patients.services import Plan, Store, removal_carry_out, rows_store

PART = "biometrics"
OPEN_RUNS = (ImportRun.State.QUEUED, ImportRun.State.RUNNING, ImportRun.State.PAUSED)
STOPPED = "Consent to monitoring was withdrawn."


def readings_forget(*, by: Actor, patient_id: UUID, removal_id: UUID) -> None:
    removal_carry_out(by=by, patient_id=patient_id, removal_id=removal_id, part=PART, plan=PLAN)


def _codes(subject: UUID) -> QuerySet[PairingCode]:
    return PairingCode.objects.filter(
        patient_id=subject, used_at__isnull=True, expires_at__gt=clock.now()
    )


def _codes_count(by: Actor, subject: UUID) -> Mapping[str, int]:
    with acting_as(by, subject):
        return {"open codes": _codes(subject).count()}


def _codes_end(by: Actor, subject: UUID) -> None:
    with acting_as(by, subject):
        _codes(subject).update(expires_at=clock.now())


def _imports_count(by: Actor, subject: UUID) -> Mapping[str, int]:
    with acting_as(by, subject):
        return {
            "open imports": _open_runs(subject).count(),
            "uploaded files": _uploads(subject).count(),
        }


def _imports_end(by: Actor, subject: UUID) -> None:
    """Cancel what is being read or waits; the sealed parts of the files go with it."""
    with acting_as(by, subject):
        for run in _open_runs(subject).select_for_update().order_by("id"):
            imports.transition(run, ImportRun.State.CANCELLED, error=STOPPED)
            imports.record(by=by, act="import.cancel", run=run)
        for upload in _uploads(subject).select_for_update().order_by("id"):
            upload_discard(by=by, upload=upload)


def _open_runs(subject: UUID) -> QuerySet[ImportRun]:
    return ImportRun.objects.filter(patient_id=subject, state__in=OPEN_RUNS)


def _uploads(subject: UUID) -> QuerySet[ImportUpload]:
    return ImportUpload.objects.filter(Q(patient_id=subject) & Q(removed_at__isnull=True))


def _files_count(by: Actor, subject: UUID) -> Mapping[str, int]:
    return {"files": uploads.count_of_patient(subject)}


def _files_remove(by: Actor, subject: UUID) -> None:
    uploads.remove_patient(subject)


PLAN: Plan = {
    "monitoring": (
        Store("pairing", _codes_count, _codes_end),
        Store("imports", _imports_count, _imports_end),
    ),
    "erasure": (Store("files", _files_count, _files_remove), rows_store(PART)),
}
