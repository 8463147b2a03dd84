"""The way to the OpenID Connect provider and back: authorisation code, PKCE, state, nonce.

django-allauth's client does the asking; the nonce and the signature of the id_token, which
it leaves out, are checked here. Who that is, `accounts/oidc.py` decides.
"""

import logging
import secrets
from http import HTTPStatus
from typing import Any

import jwt
import requests
from allauth.socialaccount.adapter import get_adapter
from allauth.socialaccount.internal import jwtkit, statekit
from allauth.socialaccount.providers.oauth2.client import OAuth2Error
from allauth.socialaccount.providers.openid_connect.views import OpenIDConnectOAuth2Adapter
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from clinicity.accounts import oidc, services, sessions
from clinicity.accounts.requests import actor_of
from clinicity.accounts.views.signing_in import (
    NEXT,
    next_of,
    second_factor_next,
    signed_in,
    wanted_of,
)
from clinicity.common.exceptions import DomainError, Unavailable

logger = logging.getLogger(__name__)
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "ES256", "ES384", "EdDSA")


class ProviderFailed(DomainError):
    type = "provider-failed"
    title = "Signing in through the provider did not work."
    status = HTTPStatus.UNAUTHORIZED


class _Client(OpenIDConnectOAuth2Adapter):  # type: ignore[misc]
    """allauth's client, at our own address and with a signature that is always checked."""

    def get_callback_url(self, request: HttpRequest, app: Any) -> str:
        return request.build_absolute_uri(reverse("accounts:oidc-callback"))

    def claims(self, id_token: str, *, nonce: str) -> dict[str, Any]:
        """The claims of a signed id_token that answers this very sign-in."""
        config, app = self.openid_config, self.get_provider().app
        if jwt.get_unverified_header(id_token).get("alg") not in ALGORITHMS:
            raise OAuth2Error("The id_token is not signed by a key of the provider.")
        found: dict[str, Any] = jwtkit.verify_and_decode(
            credential=id_token, keys_url=config["jwks_uri"], issuer=config["issuer"],
            audience=app.client_id, lookup_kid=jwtkit.lookup_kid_jwk,
        )  # fmt: skip
        if not secrets.compare_digest(str(found.get("nonce", "")), nonce):
            raise OAuth2Error("The id_token answers another sign-in.")
        return found


# What makes the provider ask anew, instead of remembering.
ANEW = {"prompt": "login", "max_age": "0"}


@login_not_required
@require_POST
def start(request: HttpRequest) -> HttpResponse:
    """Send the browser to the provider; `anew` when someone is to confirm who they are."""
    client = _client(request)
    if not _reachable(client):
        return _failed(request, Unavailable("The provider can't be reached. Try again later."))
    provider, nonce = client.get_provider(), secrets.token_urlsafe(24)
    request.session[NEXT] = next_of(request)
    anew = "anew" in request.POST and request.user.is_authenticated
    pkce = provider.get_pkce_params()
    state = {"nonce": nonce, "verifier": pkce.pop("code_verifier"), "anew": anew}
    asking = client.get_client(request, provider.app)
    asking.state = statekit.stash_state(request, provider_id=oidc.PROVIDER, state=state)
    more = {"nonce": nonce, **pkce, **(ANEW if anew else {})}
    where = asking.get_redirect_url(client.authorize_url, provider.get_scope(), more)
    return HttpResponse(status=HTTPStatus.FOUND, headers={"Location": where})


@login_not_required
@require_GET
def callback(request: HttpRequest) -> HttpResponse:
    """The browser is back with a code: trade it, check who it is, sign them in."""
    try:
        client = _client(request)
        state = _state(request)
        identity = oidc.identity_of(_claims(request, client, state))
        if state["anew"]:
            return _confirmed(request, identity)
        user = oidc.sign_in(identity)
    except services.MfaRequired as required:
        return second_factor_next(request, required, where=wanted_of(request))
    except DomainError as refusal:
        return _failed(request, refusal)
    return signed_in(request, user, where=wanted_of(request))


def _confirmed(request: HttpRequest, identity: oidc.Identity) -> HttpResponse:
    where = wanted_of(request)
    oidc.confirm(by=actor_of(request), identity=identity)
    sessions.session_proved(request.session)
    request.session.pop(NEXT, None)
    return redirect(where)


def _state(request: HttpRequest) -> dict[str, Any]:
    """What this browser's session kept for the way back; counts once."""
    state: dict[str, Any] | None = statekit.unstash_state(
        request, state_id=request.GET.get("state", ""), provider_id=oidc.PROVIDER
    )
    if state is None:
        raise ProviderFailed("Start again from the sign-in page.")
    return state


def _claims(request: HttpRequest, client: _Client, state: dict[str, Any]) -> dict[str, Any]:
    try:
        asking = client.get_client(request, client.get_provider().app)
        told = asking.get_access_token(
            request.GET.get("code", ""), pkce_code_verifier=state["verifier"]
        )
        return client.claims(told["id_token"], nonce=state["nonce"])
    except (OAuth2Error, requests.RequestException, KeyError, ValueError,
            jwt.PyJWTError) as error:  # fmt: skip
        logger.warning("oidc.failed", extra={"why": type(error).__name__})
        raise ProviderFailed("Start again from the sign-in page.") from error


def _client(request: HttpRequest) -> _Client:
    if not settings.OIDC_SERVER_URL or not get_adapter().list_apps(request, oidc.PROVIDER):
        raise Http404
    return _Client(request, oidc.PROVIDER)


def _reachable(client: _Client) -> bool:
    try:
        return bool(client.openid_config)
    except (requests.RequestException, ValueError):
        return False


def _failed(request: HttpRequest, refusal: DomainError) -> HttpResponse:
    context = {"problem": refusal}
    return render(request, "accounts/oidc_failed.html", context, status=refusal.status)
