"""What was removed of a patient's data, erasing people, and holding records."""

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
from patients.api import removal_serializers as shapes
from patients.services import Asked, confirmation_of


class DeletionReportsView(IdempotentWrites):
    @extend_schema(responses=shapes.RemovalOrdersOutput)
    def get(self, request: Request, patient_id: str) -> Response:
        """Removals of what a withdrawn consent covered: how far each is, and its report."""
        found = selectors.removals(actor_of(request), UUID(patient_id))
        return Response(shapes.RemovalOrdersOutput({"items": found}).data)


class RemovalRetryView(IdempotentWrites):
    @extend_schema(request=None, responses=shapes.RetriedOutput)
    def post(self, request: Request, patient_id: str, order_id: str) -> Response:
        """Try a removal again that a fault stopped."""
        removal = services.removal_retry(
            by=actor_of(request), patient_id=UUID(patient_id), removal_id=UUID(order_id)
        )
        return Response(shapes.RetriedOutput(removal).data)


class EraseView(IdempotentWrites):
    @extend_schema(request=shapes.ErasureInput, responses={202: shapes.ErasureOutput})
    def post(self, request: Request, patient_id: str) -> Response:
        """Erase a person: their key is destroyed at once, the rest follows. Admins only."""
        demand_recent(request)
        removal = services.patient_erase(
            by=actor_of(request), patient_id=UUID(patient_id),
            asked=Asked(**parsed(shapes.ErasureInput, request.data)),
        )  # fmt: skip
        return Response(shapes.ErasureOutput(removal).data, status=status.HTTP_202_ACCEPTED)


class LegalHoldsView(IdempotentWrites):
    @extend_schema(responses=shapes.KeepingOutput)
    def get(self, request: Request, patient_id: str) -> Response:
        """Until when a record must be kept, and what holds it. Admins only."""
        id = UUID(patient_id)
        keeping = selectors.keeping(actor_of(request), id)
        said = {
            "until": keeping.until, "is_over": keeping.is_over, "is_held": keeping.is_held,
            "confirmation": confirmation_of(id), "holds": keeping.holds,
        }  # fmt: skip
        return Response(shapes.KeepingOutput(said).data)

    @extend_schema(request=shapes.HoldInput, responses={201: shapes.HoldOutput})
    def post(self, request: Request, patient_id: str) -> Response:
        """Let nobody erase this record until the hold is lifted."""
        hold = services.hold_place(
            by=actor_of(request), patient_id=UUID(patient_id),
            **parsed(shapes.HoldInput, request.data),
        )  # fmt: skip
        return Response(shapes.HoldOutput(hold).data, status=status.HTTP_201_CREATED)


class LegalHoldLiftView(IdempotentWrites):
    @extend_schema(request=shapes.HoldInput, responses=shapes.HoldOutput)
    def post(self, request: Request, patient_id: str, hold_id: str) -> Response:
        hold = services.hold_lift(
            by=actor_of(request), patient_id=UUID(patient_id), hold_id=UUID(hold_id),
            **parsed(shapes.HoldInput, request.data),
        )  # fmt: skip
        return Response(shapes.HoldOutput(hold).data)


class ErasuresView(IdempotentWrites):
    @extend_schema(responses=shapes.RemovalOrdersOutput)
    def get(self, request: Request) -> Response:
        """Everybody who was erased, with the reports. Admins only."""
        found = selectors.erasures(actor_of(request))
        return Response(shapes.RemovalOrdersOutput({"items": found}).data)
