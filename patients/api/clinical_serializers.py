"""Shapes of what is worked out from the chart: checks, schedules, guidance; genetics; the plan."""

from typing import Any

from rest_framework import serializers

from patients.api.chart_serializers import ItemChange, ItemOutput, note, words
from patients.clinical import visits
from patients.models import Encounter
from patients.models.safety import STEPS

STATUSES = sorted(
    {*visits.TRANSITIONS, *visits.APPOINTMENT.values(), *visits.ENCOUNTER.values()}
)


class FindingOutput(serializers.Serializer[object]):
    keys = serializers.ListField(child=serializers.CharField(), help_text="Ids of the rows.")
    names = serializers.ListField(child=serializers.CharField())
    severity = serializers.CharField()
    effect = serializers.CharField()
    advice = serializers.CharField(allow_blank=True)
    source = serializers.CharField()  # type: ignore[assignment]
    table = serializers.CharField()


class TableOutput(serializers.Serializer[object]):
    name = serializers.CharField()
    version = serializers.CharField()
    source = serializers.CharField()  # type: ignore[assignment]
    scope = serializers.CharField()
    rules = serializers.IntegerField()


class CheckOutput(serializers.Serializer[object]):
    findings = FindingOutput(many=True)
    checked = serializers.ListField(child=serializers.CharField())
    unchecked = serializers.ListField(child=serializers.CharField())
    not_covered = serializers.ListField(child=serializers.CharField())
    tables = TableOutput(many=True)


class MedicationCheckOutput(serializers.Serializer[object]):
    as_of = serializers.DateTimeField()
    interactions = CheckOutput()
    allergies = CheckOutput()
    doubled = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField()),
        help_text="Pairs of entries that hold the same ingredient.",
    )


class LastOutput(serializers.Serializer[object]):
    value = serializers.DecimalField(max_digits=14, decimal_places=5)
    unit = serializers.CharField()
    on = serializers.DateField()


class DueOutput(serializers.Serializer[object]):
    rule = serializers.CharField()
    drug = serializers.CharField()
    test = serializers.CharField()
    why = serializers.CharField()
    reason = serializers.CharField()
    due_on = serializers.DateField()
    overdue_days = serializers.SerializerMethodField()
    source = serializers.CharField()  # type: ignore[assignment]
    last = LastOutput(allow_null=True)

    def get_overdue_days(self, due: Any) -> int:
        return int(due.overdue_days(self.context["today"]))


class ScheduleOutput(serializers.Serializer[object]):
    items = DueOutput(many=True)
    unscheduled = serializers.ListField(
        child=serializers.CharField(), help_text="Drugs that the table has no schedule for."
    )
    not_covered = serializers.ListField(child=serializers.CharField())
    version = serializers.CharField()


class GeneticInput(serializers.Serializer[object]):
    gene = serializers.CharField(
        max_length=20, help_text="CYP2D6, CYP2C19, CYP2B6, HLA-A, HLA-B"
    )
    diplotype = words(60)
    phenotype = serializers.CharField(max_length=60)
    laboratory = serializers.CharField(max_length=120)
    method = words(200)
    tested_on = serializers.DateField()
    document_id = serializers.UUIDField(required=False, allow_null=True)
    note = note()


class GeneticChanges(GeneticInput, ItemChange):
    gene = serializers.CharField(max_length=20, required=False)
    phenotype = serializers.CharField(max_length=60, required=False)
    laboratory = serializers.CharField(max_length=120, required=False)
    tested_on = serializers.DateField(required=False)


class GeneticOutput(ItemOutput):
    gene = serializers.CharField()
    diplotype = serializers.CharField()
    phenotype = serializers.CharField()
    laboratory = serializers.CharField()
    method = serializers.CharField()
    tested_on = serializers.DateField()
    document_id = serializers.UUIDField(allow_null=True)
    note = serializers.CharField()


class GuidanceMarkOutput(serializers.Serializer[object]):
    medication = serializers.CharField()
    gene = serializers.CharField(source="pair.gene")
    level = serializers.CharField(source="pair.level", help_text="CPIC level A, A/B or B.")
    status = serializers.CharField(source="pair.status")
    guideline = serializers.CharField(source="pair.guideline", allow_blank=True)
    pubmed = serializers.ListField(source="pair.pubmed", child=serializers.CharField())
    result_id = serializers.CharField(source="result.key", default=None, allow_null=True)
    diplotype = serializers.CharField(source="result.diplotype", default=None, allow_null=True)
    phenotype = serializers.CharField(source="result.phenotype", default=None, allow_null=True)


class GuidanceOutput(serializers.Serializer[object]):
    as_of = serializers.DateTimeField()
    marks = GuidanceMarkOutput(many=True)
    not_covered = serializers.ListField(child=serializers.CharField())
    version = serializers.CharField()


class ParticipantShape(serializers.Serializer[object]):
    user_id = serializers.UUIDField(required=False, allow_null=True)
    name = words(120)
    part = words(20)


class VisitInput(serializers.Serializer[object]):
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    kind = serializers.CharField(max_length=40)
    status = serializers.ChoiceField(choices=STATUSES, required=False)
    reason = note()
    place = words(200)
    participants = ParticipantShape(many=True, required=False)


class VisitChanges(ItemChange):
    starts_at = serializers.DateTimeField(required=False)
    ends_at = serializers.DateTimeField(required=False)
    kind = serializers.CharField(max_length=40, required=False)
    reason = note()
    place = words(200)
    participants = ParticipantShape(many=True, required=False)


class StatusInput(ItemChange):
    status = serializers.ChoiceField(choices=STATUSES)
    reason = serializers.CharField(required=False, allow_blank=True, max_length=500, default="")


class EncounterOutput(ItemOutput):
    status = serializers.ChoiceField(choices=Encounter.Status.choices)
    encounter_status = serializers.SerializerMethodField(help_text="FHIR Encounter.status")
    appointment_status = serializers.SerializerMethodField(help_text="FHIR Appointment.status")
    booked = serializers.BooleanField(help_text="Made ahead: an appointment.")
    starts_at = serializers.DateTimeField()
    ends_at = serializers.DateTimeField()
    kind = serializers.CharField()
    reason = serializers.CharField()
    status_reason = serializers.CharField(allow_null=True)
    place = serializers.CharField(allow_null=True)
    participants = serializers.SerializerMethodField()

    def get_encounter_status(self, row: Any) -> str:
        return visits.ENCOUNTER[row.status]

    def get_appointment_status(self, row: Any) -> str:
        return visits.APPOINTMENT[row.status]

    def get_participants(self, row: Any) -> list[dict[str, str]]:
        return list(row.participants or [])


class VisitQuery(serializers.Serializer[object]):
    cursor = serializers.CharField(required=False)
    limit = serializers.IntegerField(required=False, min_value=1, max_value=200, default=50)
    with_errors = serializers.BooleanField(required=False, default=False)
    since = serializers.DateTimeField(required=False)
    until = serializers.DateTimeField(required=False)
    status = serializers.ChoiceField(choices=STATUSES, required=False)


class ImportQuery(serializers.Serializer[object]):
    dry_run = serializers.BooleanField(
        required=False, default=False, help_text="Look ahead: nothing is stored."
    )


class ImportLineOutput(serializers.Serializer[object]):
    line = serializers.IntegerField(source="visit.line")
    uid = serializers.CharField(source="visit.uid")
    starts_at = serializers.DateTimeField(source="visit.starts_at")
    ends_at = serializers.DateTimeField(source="visit.ends_at")
    kind = serializers.CharField(source="visit.kind")
    status = serializers.CharField(source="visit.status")
    outcome = serializers.CharField()
    note = serializers.CharField(allow_blank=True)
    encounter_id = serializers.UUIDField(allow_null=True)


class FaultOutput(serializers.Serializer[object]):
    line = serializers.IntegerField()
    uid = serializers.CharField(allow_blank=True)
    reason = serializers.CharField()


class ImportReportOutput(serializers.Serializer[object]):
    stored = serializers.BooleanField()
    counts = serializers.DictField(child=serializers.IntegerField())
    lines = ImportLineOutput(many=True)
    faults = FaultOutput(many=True)


class PlanItem(serializers.Serializer[object]):
    text = words(500)
    phone = words(60)


class PlanSteps(serializers.Serializer[object]):
    """The six steps; each a list of lines."""

    warning_signs = PlanItem(many=True, required=False)
    coping = PlanItem(many=True, required=False)
    distraction = PlanItem(many=True, required=False)
    people = PlanItem(many=True, required=False)
    professionals = PlanItem(many=True, required=False)
    means_safety = PlanItem(many=True, required=False)


class PlanInput(serializers.Serializer[object]):
    steps = PlanSteps()
    note = note()
    version = serializers.IntegerField(
        required=False,
        min_value=0,
        help_text="The version it was written over; 0 for the first.",
    )


class PlanOutput(serializers.Serializer[object]):
    id = serializers.UUIDField()
    version = serializers.IntegerField()
    steps = serializers.SerializerMethodField()
    note = serializers.CharField(allow_blank=True)
    made_by = serializers.UUIDField()
    created_at = serializers.DateTimeField()

    def get_steps(self, plan: Any) -> dict[str, list[dict[str, str]]]:
        return {name: plan.steps.get(name, []) for name in STEPS}


class CurrentPlanOutput(serializers.Serializer[object]):
    """`plan` is null while there is none."""

    plan = PlanOutput(allow_null=True)


class PlansOutput(serializers.Serializer[object]):
    items = PlanOutput(many=True)
