"""Signing in and out over the API."""

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from clinicity.accounts import challenges, services, tokens
from clinicity.accounts.api.serializers import (
    AccessTokenOutput,
    ChallengeInput,
    MeOutput,
    PasskeyOptionsOutput,
    RefreshInput,
    SecondFactorInput,
    SignInInput,
    StepUpInput,
    TokenPairOutput,
)
from clinicity.accounts.clients import client_of
from clinicity.accounts.factors import Proof
from clinicity.accounts.models import User
from clinicity.accounts.requests import actor_of
from clinicity.accounts.stepup import NeedsToken
from clinicity.accounts.views.signing_in import credentials_from
from clinicity.common.parsing import parsed

REFUSED = OpenApiResponse(description="Refused, as a problem detail (RFC 9457).")
BAD = {400: REFUSED, 401: REFUSED, 429: REFUSED}
LOCKED = {**BAD, 503: REFUSED}


class OpenView(APIView):
    """Before there is a token: anyone may ask."""

    authentication_classes = ()
    permission_classes = (AllowAny,)


class LoginView(OpenView):
    """E-mail address and password for a pair of tokens.

    An account with a second factor answers 401 `mfa-required` with a `challenge`.
    """

    @extend_schema(request=SignInInput, responses={200: TokenPairOutput, **LOCKED})
    def post(self, request: Request) -> Response:
        data = parsed(SignInInput, request.data)
        user = services.sign_in(credentials_from(request._request, data))
        return _pair_for(request, user)


class SecondFactorView(OpenView):
    """Meet the challenge of a sign-in with a code or a passkey."""

    @extend_schema(request=SecondFactorInput, responses={200: TokenPairOutput, **LOCKED})
    def post(self, request: Request) -> Response:
        data = parsed(SecondFactorInput, request.data)
        proof = Proof(data["code"], data.get("credential"))
        return _pair_for(request, services.second_factor(data["challenge"], proof))


class PasskeyOptionsView(OpenView):
    """What the passkey of a challenge's user has to sign."""

    @extend_schema(request=ChallengeInput, responses={200: PasskeyOptionsOutput, **BAD})
    def post(self, request: Request) -> Response:
        data = parsed(ChallengeInput, request.data)
        return Response(challenges.passkey_options(data["challenge"]))


class RefreshView(OpenView):
    @extend_schema(request=RefreshInput, responses={200: TokenPairOutput, **BAD})
    def post(self, request: Request) -> Response:
        data = parsed(RefreshInput, request.data)
        return Response(TokenPairOutput(tokens.pair_refresh(data["refresh"])).data)


class LogoutView(OpenView):
    @extend_schema(request=RefreshInput, responses={204: None, **BAD})
    def post(self, request: Request) -> Response:
        tokens.family_revoke(parsed(RefreshInput, request.data)["refresh"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class StepUpView(APIView):
    """Prove once more who one is, for an access token that dangerous acts accept."""

    @extend_schema(request=StepUpInput, responses={200: AccessTokenOutput, **LOCKED})
    def post(self, request: Request) -> Response:
        data = parsed(StepUpInput, request.data)
        if not isinstance(request.auth, str):
            raise NeedsToken("A browser's session is confirmed on the step-up page.")
        proof = Proof(data["code"]) if data["code"] else None
        services.step_up(by=actor_of(request), password=data["password"], proof=proof)
        return Response(AccessTokenOutput(tokens.access_again(request.auth)).data)


class MeView(APIView):
    @extend_schema(responses={200: MeOutput, 401: REFUSED, 429: REFUSED})
    def get(self, request: Request) -> Response:
        return Response(MeOutput(request.user).data)


def _pair_for(request: Request, user: User) -> Response:
    client = client_of(request.headers.get("User-Agent", ""))
    return Response(TokenPairOutput(tokens.pair_issue(user, client=client)).data)
