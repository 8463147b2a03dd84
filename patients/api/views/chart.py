"""The chart over the API: parse, one domain call, answer."""

from datetime import timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from clinicity.accounts.idempotency import IdempotentWrites
from clinicity.accounts.requests import actor_of
from clinicity.common import clock
from clinicity.common.parsing import parsed
from patients import selectors, services
from patients.api import chart_serializers as shapes
from patients.api import clinical_serializers as clinical
from patients.api.views.items import paged, views_of
from patients.clinical import drugs, icd10
from patients.models import Allergy, Condition, GeneticResult, LabResult, Medication

CONDITIONS = views_of(
    Condition, services.condition_add, shapes.ConditionInput, shapes.ConditionChanges,
    shapes.ConditionOutput,
)  # fmt: skip
ALLERGIES = views_of(
    Allergy, services.allergy_add, shapes.AllergyInput, shapes.AllergyChanges,
    shapes.AllergyOutput,
)  # fmt: skip
MEDICATIONS = views_of(
    Medication, services.medication_add, shapes.MedicationInput, shapes.MedicationChanges,
    shapes.MedicationOutput,
)  # fmt: skip
LABS = views_of(
    LabResult, services.lab_result_add, shapes.LabInput, shapes.LabChanges, shapes.LabOutput,
    query=shapes.LabQuery,
)  # fmt: skip
GENETICS = views_of(
    GeneticResult, services.genetic_result_add, clinical.GeneticInput,
    clinical.GeneticChanges, clinical.GeneticOutput,
)  # fmt: skip


class MedicationStopView(IdempotentWrites):
    @extend_schema(request=shapes.StopInput, responses=shapes.MedicationOutput)
    def post(self, request: Request, patient_id: str, row_id: str) -> Response:
        row = services.medication_stop(
            by=actor_of(request), patient_id=UUID(patient_id), medication_id=UUID(row_id),
            **parsed(shapes.StopInput, request.data),
        )  # fmt: skip
        return Response(shapes.MedicationOutput(row).data)


class MedicationDoseChangeView(IdempotentWrites):
    @extend_schema(request=shapes.DoseChangeInput, responses={201: shapes.MedicationOutput})
    def post(self, request: Request, patient_id: str, row_id: str) -> Response:
        """Ends this row the day before and answers the new one, at the new dose."""
        row = services.medication_change_dose(
            by=actor_of(request), patient_id=UUID(patient_id), medication_id=UUID(row_id),
            **parsed(shapes.DoseChangeInput, request.data),
        )  # fmt: skip
        return Response(shapes.MedicationOutput(row).data, status=201)


class MedicationDosesView(IdempotentWrites):
    @extend_schema(parameters=[shapes.ListQuery], responses=shapes.DosePageOutput)
    def get(self, request: Request, patient_id: str, row_id: str) -> Response:
        query = parsed(shapes.ListQuery, request.query_params)
        page = selectors.doses_page(
            actor_of(request), UUID(patient_id), UUID(row_id), cursor=query.get("cursor"),
            size=query["limit"],
        )  # fmt: skip
        return paged(page, shapes.DoseOutput)

    @extend_schema(request=shapes.DosesInput, responses={201: shapes.DosesNoted})
    def post(self, request: Request, patient_id: str, row_id: str) -> Response:
        """Notes doses as taken or missed; one that is noted already is corrected."""
        doses = parsed(shapes.DosesInput, request.data)["doses"]
        changed = services.doses_record(
            by=actor_of(request), patient_id=UUID(patient_id), medication_id=UUID(row_id),
            doses=[(dose["due_at"], dose["status"]) for dose in doses],
        )  # fmt: skip
        answer = {"noted": len(doses), "changed": changed}
        return Response(shapes.DosesNoted(answer).data, status=201)


class AdherenceView(IdempotentWrites):
    @extend_schema(parameters=[shapes.PeriodQuery], responses=shapes.AdherenceOutput)
    def get(self, request: Request, patient_id: str, row_id: str) -> Response:
        query = parsed(shapes.PeriodQuery, request.query_params)
        last = query.get("last") or clock.now().date()
        first = query.get("first") or last - timedelta(days=query["days"] - 1)
        summary = selectors.adherence_of(
            actor_of(request), UUID(patient_id), UUID(row_id), first=first, last=last
        )
        return Response(shapes.AdherenceOutput(summary).data)


class InteractionsView(IdempotentWrites):
    @extend_schema(responses=clinical.MedicationCheckOutput)
    def get(self, request: Request, patient_id: str) -> Response:
        """The active list checked: what was found, in which tables, and what wasn't covered."""
        check = selectors.medication_check(actor_of(request), UUID(patient_id))
        return Response(clinical.MedicationCheckOutput(check).data)


class MonitoringView(IdempotentWrites):
    @extend_schema(responses=clinical.ScheduleOutput)
    def get(self, request: Request, patient_id: str) -> Response:
        """What is to be measured for the drugs that are taken, and when."""
        actor = actor_of(request)
        patient = selectors.patient_get(actor, UUID(patient_id))
        schedule = selectors.monitoring_schedule(actor, patient.id)
        today = clock.now().astimezone(ZoneInfo(patient.time_zone)).date()
        return Response(clinical.ScheduleOutput(schedule, context={"today": today}).data)


class TrendsView(IdempotentWrites):
    @extend_schema(responses=shapes.TrendsOutput)
    def get(self, request: Request, patient_id: str) -> Response:
        trends = selectors.lab_trends(actor_of(request), UUID(patient_id))
        return Response(shapes.TrendsOutput({"items": trends}).data)


class GuidanceView(IdempotentWrites):
    @extend_schema(responses=clinical.GuidanceOutput)
    def get(self, request: Request, patient_id: str) -> Response:
        """Medications that a CPIC guideline speaks about, with this person's results."""
        guidance = selectors.genetic_guidance(actor_of(request), UUID(patient_id))
        return Response(clinical.GuidanceOutput(guidance).data)


class SafetyPlanView(IdempotentWrites):
    @extend_schema(responses=clinical.CurrentPlanOutput)
    def get(self, request: Request, patient_id: str) -> Response:
        plan = selectors.safety_plan(actor_of(request), UUID(patient_id))
        return Response(clinical.CurrentPlanOutput({"plan": plan}).data)

    @extend_schema(request=clinical.PlanInput, responses={201: clinical.PlanOutput})
    def post(self, request: Request, patient_id: str) -> Response:
        """Keeps a new version; the ones before stay readable."""
        data: dict[str, Any] = parsed(clinical.PlanInput, request.data)
        plan = services.safety_plan_save(
            by=actor_of(request), patient_id=UUID(patient_id), **data
        )
        return Response(clinical.PlanOutput(plan).data, status=201)


class SafetyPlanHistoryView(IdempotentWrites):
    @extend_schema(responses=clinical.PlansOutput)
    def get(self, request: Request, patient_id: str) -> Response:
        plans = selectors.safety_plan_versions(actor_of(request), UUID(patient_id))
        return Response(clinical.PlansOutput({"items": plans}).data)


class ConditionCodesView(IdempotentWrites):
    @extend_schema(parameters=[shapes.SearchQuery], responses=shapes.CodesOutput)
    def get(self, request: Request) -> Response:
        """ICD-10-CM codes of the shipped list by words of their title."""
        found = icd10.search(parsed(shapes.SearchQuery, request.query_params)["q"])
        return Response(shapes.CodesOutput({"items": found}).data)


class DrugsView(IdempotentWrites):
    @extend_schema(parameters=[shapes.SearchQuery], responses=shapes.DrugsOutput)
    def get(self, request: Request) -> Response:
        """Ingredients of the shipped table by name or brand."""
        found = drugs.search(parsed(shapes.SearchQuery, request.query_params)["q"])
        return Response(shapes.DrugsOutput({"items": found}).data)
