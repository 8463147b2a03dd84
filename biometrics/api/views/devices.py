"""A patient's devices."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from biometrics import selectors, services
from biometrics.api import serializers as shapes
from clinicity.accounts.idempotency import IdempotentWrites
from clinicity.accounts.requests import actor_of
from clinicity.common.parsing import parsed


class DevicesView(IdempotentWrites):
    @extend_schema(parameters=[shapes.DevicesQuery], responses=shapes.DeviceOutput(many=True))
    def get(self, request: Request) -> Response:
        query = parsed(shapes.DevicesQuery, request.query_params)
        found = selectors.devices(actor_of(request), query["patient_id"])
        return Response({"items": shapes.DeviceOutput(found, many=True).data})

    @extend_schema(request=shapes.DeviceInput, responses={201: shapes.DeviceOutput})
    def post(self, request: Request) -> Response:
        data = parsed(shapes.DeviceInput, request.data)
        device = services.device_register(by=actor_of(request), **data)
        return Response(shapes.DeviceOutput(device).data, status=status.HTTP_201_CREATED)
