"""Reading what no single app holds: a person's long work."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from clinicity.common.actors import Actor
from clinicity.common.models import Job

SHOWN = 60
# What a kind of work is called on a page. Others are called by their task's own words.
NAMES = {
    "twins.tasks.generate": gettext_lazy("Digital twin"),
    "documents.tasks.ingest": gettext_lazy("Reading a document"),
    "biometrics.tasks.import_readings": gettext_lazy("Importing readings"),
    "alerts.tasks.evaluate_patient": gettext_lazy("Checking alert rules"),
    "agents.tasks.answer": gettext_lazy("Answering a question"),
}


@dataclass(frozen=True)
class JobLine:
    """One piece of long work as a page shows it."""

    id: UUID
    name: str | Promise
    state: str
    patient_id: UUID | None
    note: str
    error: str
    done: int
    total: int | None
    left: str
    asked_at: datetime
    finished_at: datetime | None

    @property
    def is_open(self) -> bool:
        return self.state in (Job.State.QUEUED, Job.State.RUNNING)


def jobs_of(actor: Actor, *, now: datetime) -> list[JobLine]:
    """The work that this person asked for: what still runs first, then the newest."""
    rows = Job.objects.filter(requested_by=actor.id).order_by("-created_at")[:SHOWN]
    lines = [_line(job, now) for job in rows]
    return sorted(lines, key=lambda line: not line.is_open)


def _line(job: Job, now: datetime) -> JobLine:
    return JobLine(
        id=job.id,
        name=NAMES.get(job.name) or job.name.rsplit(".", 1)[-1].replace("_", " ").capitalize(),
        state=job.state,
        patient_id=job.patient_id,
        note=job.note,
        error=job.error,
        done=job.done_count,
        total=job.total_count,
        left=_left(job, now),
        asked_at=job.created_at,
        finished_at=job.finished_at,
    )


def _left(job: Job, now: datetime) -> str:
    """How long the rest takes at the rate so far, once there is a rate."""
    if job.state != Job.State.RUNNING or not (job.started_at and job.total_count):
        return ""
    if not job.done_count:
        return ""
    each = (now - job.started_at) / job.done_count
    minutes = round(each * (job.total_count - job.done_count) / timedelta(minutes=1))
    if minutes < 1:
        return _("less than a minute left")
    return ngettext("about %d minute left", "about %d minutes left", minutes) % minutes
