"""What a patient's picture is drawn from, loaded once: a handful of queries a page."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from alerts import selectors as alerts
from biometrics import selectors as biometrics
from biometrics.models import Rollup
from clinicity.common.actors import Actor
from patients import selectors as patients
from patients.models import (
    Encounter,
    LabResult,
    Medication,
    MedicationDose,
    Patient,
    QuestionnaireResponse,
)

METRICS = ("sleep_duration", "activity", "resting_heart_rate", "heart_rate", "mood")
# More marks than this in one picture could not be told apart.
ALERTS = 100


@dataclass(frozen=True)
class Rang:
    """That a rule raised an alert, and whether someone still has to answer it."""

    at: datetime
    rule: str
    is_open: bool


@dataclass(frozen=True)
class Record:
    """A patient's days until `today`, in the patient's own zone."""

    zone: ZoneInfo
    today: date
    daily: Mapping[str, Mapping[date, float]]
    medications: Sequence[Medication]
    doses: Sequence[MedicationDose]
    labs: Sequence[LabResult]
    questionnaires: Sequence[QuestionnaireResponse]
    visits: Sequence[Encounter]
    alerts: Sequence[Rang] = ()

    def day_of(self, moment: datetime) -> date:
        return moment.astimezone(self.zone).date()

    @property
    def last_visit(self) -> Encounter | None:
        """The newest visit that has taken place."""
        done = [visit for visit in self.visits if visit.status == Encounter.Status.FINISHED]
        return max(done, key=lambda visit: visit.starts_at, default=None)

    def since_visit(self) -> date | None:
        return self.day_of(self.last_visit.starts_at) if self.last_visit else None


def record_of(actor: Actor, patient: Patient, *, now: datetime, days: int) -> Record:
    """Everything about the last `days` days; chart rows whole."""
    zone = ZoneInfo(patient.time_zone)
    today = now.astimezone(zone).date()
    start = today - timedelta(days=days - 1)
    rollups = biometrics.daily_rollups(actor, patient.id, METRICS, start, today)
    first = datetime.combine(start, time.min, zone)
    return Record(
        zone=zone,
        today=today,
        daily=daily_means(rollups),
        medications=patients.medications(actor, patient.id),
        doses=patients.doses(actor, patient.id, first, now),
        labs=patients.lab_results(actor, patient.id),
        questionnaires=patients.questionnaire_responses(actor, patient.id),
        visits=patients.encounters(actor, patient.id),
        alerts=[
            Rang(alert.created_at, alert.rule.name, alert.resolved_at is None)
            for alert in alerts.patient_alerts(actor, patient.id, size=ALERTS)
        ],
    )


def daily_means(rollups: Sequence[Rollup]) -> dict[str, dict[date, float]]:
    """By metric and day; where devices overlap, each counts by its samples."""
    sums: dict[tuple[str, date], list[float]] = defaultdict(lambda: [0.0, 0.0])
    for row in rollups:
        held = sums[row.metric, row.local_date]
        held[0] += row.mean * row.count
        held[1] += row.count
    means: dict[str, dict[date, float]] = defaultdict(dict)
    for (metric, day), (total, count) in sums.items():
        means[metric][day] = total / count
    return means


def missed_by_medication(doses: Sequence[MedicationDose]) -> dict[UUID, list[MedicationDose]]:
    missed: dict[UUID, list[MedicationDose]] = defaultdict(list)
    for dose in doses:
        if dose.status == MedicationDose.Status.MISSED:
            missed[dose.medication_id].append(dose)
    return missed
