"""Reading reports past row security, and proving each of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from clinicity.audit.models import AuditEvent
from clinicity.privacy.pseudonyms import pseudonym
from clinicity.workbench.deletion.plans import PLANS
from clinicity.workbench.deletion.subject import Left, Subject
from clinicity.workbench.deletion.tables import OWNER
from patients.models import DeletionReport, Patient, Removal
from patients.services import digest_of


@dataclass(frozen=True)
class Proof:
    """What became of one report: proved, not to be proved, or what is left."""

    report_id: UUID
    patient: str
    what: str
    # Why there is nothing to prove: the consent was given again.
    skipped: str = ""
    left: list[Left] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        return not self.left


def proofs(*, report_id: UUID | None = None, patient_id: UUID | None = None) -> Iterator[Proof]:
    """The proof of one report, of all of a patient, or of all there are, oldest first."""
    rows = DeletionReport.objects.using(OWNER).select_related("removal").order_by("id")
    if report_id:
        rows = rows.filter(id=report_id)
    if patient_id:
        rows = rows.filter(removal__subjects__contains=[patient_id])
    for report in rows:
        yield _proof(report)


def pending_count() -> int:
    """Removals that were ordered and have no report yet: nothing is proved of them."""
    return Removal.objects.using(OWNER).filter(finished_at__isnull=True).count()


def _proof(report: DeletionReport) -> Proof:
    subject = Subject(report, list(report.removal.subjects))
    name, what = pseudonym(report.patient_id), report.purpose or report.kind
    altered = list(_altered(report))
    if why := _nothing_to_prove(report):
        return Proof(report.id, name, what, why, altered)
    looks = PLANS[report.removal.plan]
    found: Iterable[Left] = (one for look in looks for one in look(subject))
    return Proof(report.id, name, what, left=[*altered, *found])


def _nothing_to_prove(report: DeletionReport) -> str:
    if report.given_again:
        return "the consent was given again before everything was removed"
    agreed = Patient.objects.using(OWNER).filter(
        id=report.patient_id, consents__contains=[report.purpose]
    )
    if report.purpose and agreed.exists():
        return "the consent was given again since"
    return ""


def _altered(report: DeletionReport) -> Iterator[Left]:
    """A report that isn't what was filed, or that the audit trail doesn't know."""
    if digest_of(report) != report.digest:
        yield Left("postgres patients_deletionreport", "altered reports", 1)
    told = AuditEvent.objects.using(OWNER).filter(
        act="deletion.report", subject_id=report.id, details__digest=report.digest
    )
    if not told.exists():
        yield Left("audit trail", "reports without an event", 1)
