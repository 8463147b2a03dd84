"""People under care and their chart. Every row is sealed under its patient's key."""

from patients.models import lookups as _lookups  # noqa: F401  (registers record_of)
from patients.models.chart import (
    Allergy,
    ChartItem,
    ChartVersion,
    Condition,
    LabResult,
    Medication,
    MedicationDose,
)
from patients.models.consent import Consent, Purpose
from patients.models.contacts import Contact, Correction, Identifier
from patients.models.encounters import Encounter
from patients.models.genetics import GeneticResult
from patients.models.items import ITEMS, ItemKind
from patients.models.merges import PatientAlias, record_ids
from patients.models.people import (
    BASE,
    ITEM,
    Patient,
    PatientItem,
    PatientRecord,
    Visibility,
    ZoneChange,
)
from patients.models.questionnaire_requests import (
    QuestionnaireDraft,
    QuestionnaireLink,
    QuestionnaireRequest,
    QuestionnaireSchedule,
)
from patients.models.questionnaires import (
    QuestionnaireResponse,
    QuestionnaireWording,
    SelfHarmReport,
)
from patients.models.removal import DeletionReport, LegalHold, Removal, RemovalStep
from patients.models.safety import SafetyPlan
from patients.models.team import BreakGlass, CareTeamMember, Proxy
from patients.models.timeline import TimelineEvent, TimelineEventVersion

__all__ = [
    "BASE",
    "ITEM",
    "ITEMS",
    "Allergy",
    "BreakGlass",
    "CareTeamMember",
    "ChartItem",
    "ChartVersion",
    "Condition",
    "Consent",
    "Contact",
    "Correction",
    "DeletionReport",
    "Encounter",
    "GeneticResult",
    "Identifier",
    "ItemKind",
    "LabResult",
    "LegalHold",
    "Medication",
    "MedicationDose",
    "Patient",
    "PatientAlias",
    "PatientItem",
    "PatientRecord",
    "Proxy",
    "Purpose",
    "QuestionnaireDraft",
    "QuestionnaireLink",
    "QuestionnaireRequest",
    "QuestionnaireResponse",
    "QuestionnaireSchedule",
    "QuestionnaireWording",
    "Removal",
    "RemovalStep",
    "SafetyPlan",
    "SelfHarmReport",
    "TimelineEvent",
    "TimelineEventVersion",
    "Visibility",
    "ZoneChange",
    "record_ids",
]
