"""A patient's devices: registered, paired, revoked, put in order.

Making a code and trading it for a token keep no stored answer: a code and a token are
told once, and either request may simply be made again.
"""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from biometrics import selectors, services
from biometrics.api import device_serializers as shapes
from clinicity.accounts.idempotency import IdempotentWrites
from clinicity.accounts.requests import actor_of
from clinicity.common.actors import DOOR
from clinicity.common.parsing import parsed


class DevicesView(IdempotentWrites):
    @extend_schema(parameters=[shapes.DevicesQuery], responses=shapes.DeviceListOutput)
    def get(self, request: Request) -> Response:
        query = parsed(shapes.DevicesQuery, request.query_params)
        found = selectors.devices(actor_of(request), query["patient_id"])
        return Response(shapes.DeviceListOutput({"items": found}).data)

    @extend_schema(request=shapes.DeviceInput, responses={201: shapes.DeviceOutput})
    def post(self, request: Request) -> Response:
        data = parsed(shapes.DeviceInput, request.data)
        device = services.device_register(by=actor_of(request), **data)
        return Response(shapes.DeviceOutput(device).data, status=status.HTTP_201_CREATED)


class DeviceView(IdempotentWrites):
    @extend_schema(responses=shapes.DeviceOutput)
    def get(self, request: Request, device_id: str) -> Response:
        device = selectors.device_get(actor_of(request), UUID(device_id))
        return Response(shapes.DeviceOutput(device).data)

    @extend_schema(request=shapes.DeviceChanges, responses=shapes.DeviceOutput)
    def patch(self, request: Request, device_id: str) -> Response:
        changes = parsed(shapes.DeviceChanges, request.data)
        device = services.device_edit(
            by=actor_of(request), device_id=UUID(device_id), changes=changes
        )
        return Response(shapes.DeviceOutput(device).data)


class RevocationView(IdempotentWrites):
    @extend_schema(request=shapes.RevocationInput, responses=shapes.DeviceOutput)
    def post(self, request: Request, device_id: str) -> Response:
        data = parsed(shapes.RevocationInput, request.data)
        device = services.device_revoke(by=actor_of(request), device_id=UUID(device_id), **data)
        return Response(shapes.DeviceOutput(device).data)


class PairingCodeView(APIView):
    @extend_schema(request=None, responses={201: shapes.PairingCodeOutput})
    def post(self, request: Request, device_id: str) -> Response:
        made = services.pairing_code_make(by=actor_of(request), device_id=UUID(device_id))
        return Response(shapes.PairingCodeOutput(made).data, status=status.HTTP_201_CREATED)


class PairView(APIView):
    """Open to anyone: the code is what a device shows for itself."""

    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(request=shapes.PairInput, responses=shapes.PairedOutput, auth=[])
    def post(self, request: Request) -> Response:
        data = parsed(shapes.PairInput, request.data)
        address = request.META.get("REMOTE_ADDR", "")
        paired = services.device_pair(by=DOOR, code=data["code"], address=address)
        return Response(shapes.PairedOutput(paired).data)


class PrecedenceView(IdempotentWrites):
    @extend_schema(
        operation_id="devices_precedence_list", parameters=[shapes.DevicesQuery],
        responses=shapes.PrecedencesOutput,
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        query = parsed(shapes.DevicesQuery, request.query_params)
        return Response(_precedences(request, query["patient_id"]))

    @extend_schema(
        parameters=[shapes.DevicesQuery], request=shapes.PrecedenceInput,
        responses=shapes.PrecedencesOutput,
    )  # fmt: skip
    def put(self, request: Request) -> Response:
        query = parsed(shapes.DevicesQuery, request.query_params)
        data = parsed(shapes.PrecedenceInput, request.data)
        services.precedence_set(by=actor_of(request), **query, **data)
        return Response(_precedences(request, query["patient_id"]))


def _precedences(request: Request, patient_id: UUID) -> dict[str, object]:
    found = selectors.precedences(actor_of(request), patient_id)
    rows = [{"metric": metric, "devices": order} for metric, order in sorted(found.items())]
    return dict(shapes.PrecedencesOutput({"items": rows}).data)
