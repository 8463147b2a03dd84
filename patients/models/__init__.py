"""People under care and their chart. Every row is sealed under its patient's key."""

from patients.models.chart import (
    Allergy,
    ChartItem,
    ChartVersion,
    Condition,
    LabResult,
    Medication,
    MedicationDose,
)
from patients.models.encounters import Encounter
from patients.models.genetics import GeneticResult
from patients.models.people import BASE, Patient, PatientRecord, ZoneChange
from patients.models.questionnaires import QuestionnaireResponse
from patients.models.safety import SafetyPlan
from patients.models.team import CareTeamMember
from patients.models.timeline import TimelineEvent

__all__ = [
    "BASE",
    "Allergy",
    "CareTeamMember",
    "ChartItem",
    "ChartVersion",
    "Condition",
    "Encounter",
    "GeneticResult",
    "LabResult",
    "Medication",
    "MedicationDose",
    "Patient",
    "PatientRecord",
    "QuestionnaireResponse",
    "SafetyPlan",
    "TimelineEvent",
    "ZoneChange",
]
