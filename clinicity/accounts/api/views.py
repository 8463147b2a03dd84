"""Signing in and out over the API."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clinicity.accounts import services, tokens
from clinicity.accounts.api.serializers import (
    AccessOutput,
    MeOutput,
    RefreshInput,
    SignInInput,
    StepUpInput,
    TokenPairOutput,
)
from clinicity.accounts.requests import actor_of
from clinicity.accounts.views import credentials_from
from clinicity.common.parsing import parsed


class OpenView(APIView):
    """Before there is a token: anyone may ask."""

    authentication_classes = ()
    permission_classes = (AllowAny,)


class LoginView(OpenView):
    @extend_schema(request=SignInInput, responses=TokenPairOutput)
    def post(self, request: Request) -> Response:
        data = SignInInput(data=request.data)
        data.is_valid(raise_exception=True)
        user = services.sign_in(credentials_from(request._request, data.validated_data))
        return Response(TokenPairOutput(tokens.pair_issue(user)).data)


class RefreshView(OpenView):
    @extend_schema(request=RefreshInput, responses=TokenPairOutput)
    def post(self, request: Request) -> Response:
        data = RefreshInput(data=request.data)
        data.is_valid(raise_exception=True)
        return Response(
            TokenPairOutput(tokens.pair_refresh(data.validated_data["refresh"])).data
        )


class LogoutView(OpenView):
    @extend_schema(request=RefreshInput, responses={204: None})
    def post(self, request: Request) -> Response:
        data = RefreshInput(data=request.data)
        data.is_valid(raise_exception=True)
        tokens.family_revoke(data.validated_data["refresh"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class StepUpView(APIView):
    @extend_schema(request=StepUpInput, responses=AccessOutput)
    def post(self, request: Request) -> Response:
        data = parsed(StepUpInput, request.data)
        services.step_up(by=actor_of(request), password=data["password"])
        return Response(AccessOutput(tokens.access_again(str(request.auth))).data)


class MeView(APIView):
    @extend_schema(responses=MeOutput)
    def get(self, request: Request) -> Response:
        return Response(MeOutput(request.user).data)
