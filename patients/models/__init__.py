"""People under care and their chart. Every row is sealed under its patient's key."""

from patients.models.chart import Allergy, Condition, LabResult, Medication, MedicationDose
from patients.models.encounters import Encounter
from patients.models.people import BASE, Patient, PatientRecord, ZoneChange
from patients.models.questionnaires import QuestionnaireResponse
from patients.models.team import CareTeamMember
from patients.models.timeline import TimelineEvent, TimelineEventVersion

__all__ = [
    "BASE",
    "Allergy",
    "CareTeamMember",
    "Condition",
    "Encounter",
    "LabResult",
    "Medication",
    "MedicationDose",
    "Patient",
    "PatientRecord",
    "QuestionnaireResponse",
    "TimelineEvent",
    "TimelineEventVersion",
    "ZoneChange",
]
