"""The account of a patient over the API."""

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
from patients.models import Patient


class OwnAccountView(IdempotentWrites):
    @extend_schema(responses=shapes.OwnAccountOutput)
    def get(self, request: Request, patient_id: str) -> Response:
        """By which account the patient reads their own record; `user_id` is null without."""
        return _answer(selectors.patient_get(actor_of(request), UUID(patient_id)))

    @extend_schema(request=shapes.OwnAccountInput, responses=shapes.OwnAccountOutput)
    def put(self, request: Request, patient_id: str) -> Response:
        data = parsed(shapes.OwnAccountInput, request.data)
        linked = services.own_account_link(
            by=actor_of(request), patient_id=UUID(patient_id), **data
        )
        return _answer(linked)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, patient_id: str) -> Response:
        services.own_account_unlink(by=actor_of(request), patient_id=UUID(patient_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


def _answer(patient: Patient) -> Response:
    return Response(shapes.OwnAccountOutput({"user_id": patient.user_id}).data)
