"""Patients over the API: parse, one domain call, answer."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from clinicity.accounts.idempotency import IdempotentWrites
from clinicity.accounts.requests import actor_of
from clinicity.common.parsing import parsed
from patients import selectors, services
from patients.api import serializers as shapes


class PatientsView(IdempotentWrites):
    @extend_schema(operation_id="patients_list", responses=shapes.PatientPageOutput)
    def get(self, request: Request) -> Response:
        page = selectors.patients_page(
            actor_of(request),
            search=request.query_params.get("search", ""),
            cursor=request.query_params.get("cursor"),
        )
        return Response(shapes.PatientPageOutput(page).data)

    @extend_schema(request=shapes.PatientInput, responses={201: shapes.PatientCreatedOutput})
    def post(self, request: Request) -> Response:
        """Register somebody. The answer says how many records may be theirs already."""
        data = parsed(shapes.PatientInput, request.data)
        patient = services.patient_create(by=actor_of(request), **data)
        found = selectors.possible_duplicates(
            actor_of(request), first_name=patient.first_name, last_name=patient.last_name,
            date_of_birth=patient.date_of_birth, besides=patient.id,
        )  # fmt: skip
        body = shapes.PatientOutput(patient).data | {"possible_duplicates": found.count}
        return Response(body, status=status.HTTP_201_CREATED)


class DuplicatesView(IdempotentWrites):
    @extend_schema(parameters=[shapes.DuplicatesQuery], responses=shapes.DuplicatesOutput)
    def get(self, request: Request) -> Response:
        """Records that may be a person's already, before one registers them."""
        data = parsed(shapes.DuplicatesQuery, request.query_params)
        found = selectors.possible_duplicates(actor_of(request), **data)
        return Response(shapes.DuplicatesOutput(found).data)


class PatientView(IdempotentWrites):
    @extend_schema(responses=shapes.PatientOutput)
    def get(self, request: Request, patient_id: str) -> Response:
        patient = selectors.patient_get(actor_of(request), UUID(patient_id))
        return Response(shapes.PatientOutput(patient).data)

    @extend_schema(request=shapes.PatientChanges, responses=shapes.PatientOutput)
    def patch(self, request: Request, patient_id: str) -> Response:
        data = parsed(shapes.PatientChanges, request.data)
        version = data.pop("version", None)
        patient = services.patient_edit(
            by=actor_of(request),
            patient_id=UUID(patient_id),
            changes=data,
            version=version,
        )
        return Response(shapes.PatientOutput(patient).data)

    @extend_schema(responses={204: None})
    def delete(self, request: Request, patient_id: str) -> Response:
        services.patient_delete(by=actor_of(request), patient_id=UUID(patient_id))
        return Response(status=status.HTTP_204_NO_CONTENT)


class PatientRestoreView(IdempotentWrites):
    @extend_schema(request=None, responses=shapes.PatientOutput)
    def post(self, request: Request, patient_id: str) -> Response:
        patient = services.patient_restore(by=actor_of(request), patient_id=UUID(patient_id))
        return Response(shapes.PatientOutput(patient).data)


class ZoneMovesView(IdempotentWrites):
    @extend_schema(responses=shapes.ZoneMovesOutput)
    def get(self, request: Request, patient_id: str) -> Response:
        """By which time zones the patient lived from when on."""
        moves = selectors.zone_moves(actor_of(request), UUID(patient_id))
        return Response(shapes.ZoneMovesOutput({"items": moves}).data)

    @extend_schema(request=shapes.ZoneMoveInput, responses={201: shapes.PatientOutput})
    def post(self, request: Request, patient_id: str) -> Response:
        """The patient lives by another zone from a moment on; days are summed up again."""
        data = parsed(shapes.ZoneMoveInput, request.data)
        patient = services.patient_zone_move(
            by=actor_of(request), patient_id=UUID(patient_id), **data
        )
        return Response(shapes.PatientOutput(patient).data, status=status.HTTP_201_CREATED)
