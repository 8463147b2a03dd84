"""What patients decide and ask: consents, corrections, who sees what, who looked."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from clinicity.accounts.idempotency import IdempotentWrites
from clinicity.accounts.requests import actor_of
from clinicity.common.parsing import parsed
from patients import selectors, services
from patients.api import people_serializers as shapes


class ConsentsView(IdempotentWrites):
    @extend_schema(responses=shapes.ConsentsOutput)
    def get(self, request: Request, patient_id: str) -> Response:
        """What is agreed to now, and every decision."""
        return _consents(request, UUID(patient_id))

    @extend_schema(request=shapes.ConsentInput, responses={201: shapes.ConsentsOutput})
    def post(self, request: Request, patient_id: str) -> Response:
        data = parsed(shapes.ConsentInput, request.data)
        services.consent_record(by=actor_of(request), patient_id=UUID(patient_id), **data)
        return _consents(request, UUID(patient_id), status=status.HTTP_201_CREATED)


class CorrectionsView(IdempotentWrites):
    @extend_schema(responses=shapes.CorrectionsOutput)
    def get(self, request: Request, patient_id: str) -> Response:
        selectors.patient_get(actor_of(request), UUID(patient_id))
        found = selectors.corrections(actor_of(request), UUID(patient_id))
        return Response(shapes.CorrectionsOutput({"items": found}).data)

    @extend_schema(
        request=shapes.CorrectionRequestInput, responses={201: shapes.CorrectionOutput}
    )
    def post(self, request: Request, patient_id: str) -> Response:
        data = parsed(shapes.CorrectionRequestInput, request.data)
        asked = services.correction_ask(
            by=actor_of(request), patient_id=UUID(patient_id), **data
        )
        return Response(shapes.CorrectionOutput(asked).data, status=status.HTTP_201_CREATED)


class CorrectionView(IdempotentWrites):
    @extend_schema(
        operation_id="patients_corrections_answer",
        request=shapes.CorrectionAnswer,
        responses=shapes.CorrectionOutput,
    )
    def post(self, request: Request, patient_id: str, correction_id: str) -> Response:
        """Accept or refuse, with an answer to the patient."""
        asked = services.correction_decide(
            by=actor_of(request), patient_id=UUID(patient_id),
            correction_id=UUID(correction_id), **parsed(shapes.CorrectionAnswer, request.data),
        )  # fmt: skip
        return Response(shapes.CorrectionOutput(asked).data)


class VisibilityView(IdempotentWrites):
    @extend_schema(request=shapes.VisibilityInput, responses=shapes.VisibilityOutput)
    def post(self, request: Request, patient_id: str) -> Response:
        """Show an item of the record to more or fewer."""
        data = parsed(shapes.VisibilityInput, request.data)
        before = services.item_visibility_set(
            by=actor_of(request), patient_id=UUID(patient_id), **data
        )
        return Response({"before": before, "after": data["visibility"]})


class AccessLogView(IdempotentWrites):
    @extend_schema(responses=shapes.AccessesOutput)
    def get(self, request: Request, patient_id: str) -> Response:
        """Who looked at the record, by day."""
        found = selectors.access_log(actor_of(request), UUID(patient_id))
        return Response(shapes.AccessesOutput({"items": found}).data)


def _consents(request: Request, patient_id: UUID, *, status: int = 200) -> Response:
    actor = actor_of(request)
    patient = selectors.patient_get(actor, patient_id)
    body = {"given": patient.consents, "items": selectors.consents(actor, patient_id)}
    return Response(shapes.ConsentsOutput(body).data, status=status)
