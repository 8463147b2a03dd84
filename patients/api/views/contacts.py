"""Contacts, identifiers and merges over the API."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from clinicity.accounts.idempotency import IdempotentWrites
from clinicity.accounts.requests import actor_of
from clinicity.accounts.stepup import demand_recent
from clinicity.common.parsing import parsed
from patients import selectors, services
from patients.api import people_serializers as shapes


class ContactsView(IdempotentWrites):
    @extend_schema(responses=shapes.ContactsOutput)
    def get(self, request: Request, patient_id: str) -> Response:
        selectors.patient_get(actor_of(request), UUID(patient_id))
        found = selectors.contacts(actor_of(request), UUID(patient_id))
        return Response(shapes.ContactsOutput({"items": found}).data)

    @extend_schema(request=shapes.ContactInput, responses={201: shapes.ContactOutput})
    def post(self, request: Request, patient_id: str) -> Response:
        data = parsed(shapes.ContactInput, request.data)
        row = services.contact_add(by=actor_of(request), patient_id=UUID(patient_id), **data)
        return Response(shapes.ContactOutput(row).data, status=status.HTTP_201_CREATED)


class ContactView(IdempotentWrites):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, patient_id: str, contact_id: str) -> Response:
        services.contact_remove(
            by=actor_of(request), patient_id=UUID(patient_id), contact_id=UUID(contact_id)
        )
        return Response(status=status.HTTP_204_NO_CONTENT)


class IdentifiersView(IdempotentWrites):
    @extend_schema(responses=shapes.IdentifiersOutput)
    def get(self, request: Request, patient_id: str) -> Response:
        selectors.patient_get(actor_of(request), UUID(patient_id))
        found = selectors.identifiers(actor_of(request), UUID(patient_id))
        return Response(shapes.IdentifiersOutput({"items": found}).data)

    @extend_schema(request=shapes.IdentifierInput, responses={201: shapes.IdentifierOutput})
    def post(self, request: Request, patient_id: str) -> Response:
        data = parsed(shapes.IdentifierInput, request.data)
        row = services.identifier_add(by=actor_of(request), patient_id=UUID(patient_id), **data)
        return Response(shapes.IdentifierOutput(row).data, status=status.HTTP_201_CREATED)


class IdentifierView(IdempotentWrites):
    @extend_schema(responses={204: None})
    def delete(self, request: Request, patient_id: str, identifier_id: str) -> Response:
        services.identifier_remove(
            by=actor_of(request), patient_id=UUID(patient_id),
            identifier_id=UUID(identifier_id),
        )  # fmt: skip
        return Response(status=status.HTTP_204_NO_CONTENT)


class MergesView(IdempotentWrites):
    @extend_schema(responses=shapes.AliasesOutput)
    def get(self, request: Request, patient_id: str) -> Response:
        """The records that are merged into this one."""
        selectors.patient_get(actor_of(request), UUID(patient_id))
        found = selectors.aliases(actor_of(request), UUID(patient_id))
        return Response(shapes.AliasesOutput({"items": found}).data)

    @extend_schema(request=shapes.MergeInput, responses={201: shapes.AliasOutput})
    def post(self, request: Request, patient_id: str) -> Response:
        demand_recent(request)
        data = parsed(shapes.MergeInput, request.data)
        alias = services.patients_merge(
            by=actor_of(request), patient_id=UUID(patient_id), **data
        )
        return Response(shapes.AliasOutput(alias).data, status=status.HTTP_201_CREATED)


class MergeUndoView(IdempotentWrites):
    @extend_schema(request=None, responses=shapes.AliasOutput)
    def post(self, request: Request, patient_id: str, alias_id: str) -> Response:
        alias = services.patients_merge_undo(
            by=actor_of(request), patient_id=UUID(patient_id), alias_id=UUID(alias_id)
        )
        return Response(shapes.AliasOutput(alias).data)
