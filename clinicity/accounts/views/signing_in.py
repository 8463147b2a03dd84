"""The pages on which one signs in. The API's log-in calls the same services."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django import forms
from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from clinicity.accounts import challenges, factors, oidc, passkeys, services, sessions
from clinicity.accounts.factors import Proof
from clinicity.accounts.forms import ProofForm, SetUpForm, SignInForm, StepUpForm
from clinicity.accounts.models import User
from clinicity.accounts.requests import actor_of, user_of
from clinicity.common.exceptions import DomainError

# Where an anonymous session keeps what it waits for.
CHALLENGE, NEXT, PASSKEY = "sign_in_challenge", "sign_in_next", "passkey_state"


@login_not_required
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    form = SignInForm(request.POST or None)
    status = HTTPStatus.OK
    if request.method == "POST" and form.is_valid():
        try:
            user = services.sign_in(credentials_from(request, form.cleaned_data))
        except services.MfaRequired as required:
            return second_factor_next(request, required, where=next_of(request))
        except DomainError as refusal:
            status = refuse(form, refusal)
        else:
            return signed_in(request, user, where=next_of(request))
    context = {"form": form, "next": next_of(request), "oidc": _oidc_name()}
    return answer(request, "accounts/login.html", context, status)


@login_not_required
@require_http_methods(["GET", "POST"])
def second_factor(request: HttpRequest) -> HttpResponse:
    """After a right password: a code or a passkey; or setting one up, where one must."""
    text = request.session.get(CHALLENGE, "")
    try:
        row = challenges.challenge_open(text)
    except DomainError:
        request.session.pop(CHALLENGE, None)
        return redirect("accounts:login")
    if row.secret:
        return _first_factor(request, text, row.user, row.secret)
    form = ProofForm(request.POST or None)
    status = HTTPStatus.OK
    if request.method == "POST" and form.is_valid():
        try:
            user = services.second_factor(text, form.proof)
        except DomainError as refusal:
            status = refuse(form, refusal)
        else:
            return signed_in(request, user, where=wanted_of(request))
    methods = factors.methods_of(row.user)
    options = challenges.passkey_options(text) if "passkey" in methods else None
    context = {"form": form, "methods": methods, "options": options}
    return answer(request, "accounts/second_factor.html", context, status)


@require_http_methods(["GET", "POST"])
def step_up(request: HttpRequest) -> HttpResponse:
    """Ask once more for who one is, then go back to what asked for it."""
    user, form, status = user_of(request), StepUpForm(request.POST or None), HTTPStatus.OK
    if request.method == "POST" and form.is_valid():
        try:
            _prove(request, form.cleaned_data["password"], form.proof)
        except DomainError as refusal:
            status = refuse(form, refusal)
        else:
            sessions.session_proved(request.session)
            return redirect(next_of(request))
    context = {
        "form": form, "next": next_of(request), "methods": factors.methods_of(user),
        "options": _passkey_options(request, user),
        "oidc": _oidc_name() if oidc.is_linked(user) else "",
        "has_password": user.has_usable_password(),
    }  # fmt: skip
    return answer(request, "accounts/step_up.html", context, status)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    services.sign_out(by=actor_of(request))
    logout(request)
    return redirect("accounts:login")


def second_factor_next(
    request: HttpRequest, required: services.MfaRequired, *, where: str
) -> HttpResponse:
    """Go on to the second factor; the session keeps the challenge."""
    request.session[CHALLENGE] = required.extra["challenge"]
    request.session[NEXT] = where
    return redirect("accounts:second-factor")


def signed_in(request: HttpRequest, user: User, *, where: str) -> HttpResponse:
    """Make the session the user's, under a new key, and go where they wanted."""
    begin(request, user)
    return redirect(where)


def wanted_of(request: HttpRequest) -> str:
    """Where the sign-in that the session waits for is to lead."""
    return str(request.session.get(NEXT) or settings.LOGIN_REDIRECT_URL)


def begin(request: HttpRequest, user: User) -> None:
    for name in (CHALLENGE, NEXT, PASSKEY):
        request.session.pop(name, None)
    login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])


def credentials_from(request: HttpRequest, data: Mapping[str, str]) -> services.Credentials:
    address = request.META.get("REMOTE_ADDR", "")
    return services.Credentials(data["email"], data["password"], address)


def refuse(form: forms.Form, refusal: DomainError) -> HTTPStatus:
    """Put a refusal on the form; the status to answer."""
    form.add_error(None, f"{refusal.title} {refusal.detail}")
    form.wait = refusal.extra.get("retry_after")  # type: ignore[attr-defined]
    return HTTPStatus(refusal.status)


def answer(
    request: HttpRequest, template: str, context: Mapping[str, Any], status: HTTPStatus
) -> HttpResponse:
    """The page; how long to wait, where a refusal said so."""
    response = render(request, template, dict(context), status=status)
    if wait := getattr(context.get("form"), "wait", None):
        response["Retry-After"] = str(wait)
    return response


def next_of(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else settings.LOGIN_REDIRECT_URL


def _first_factor(request: HttpRequest, text: str, user: User, secret: str) -> HttpResponse:
    form, status = SetUpForm(request.POST or None), HTTPStatus.OK
    if request.method == "POST" and form.is_valid():
        try:
            user, codes = services.first_factor_set_up(text, form.cleaned_data["code"])
        except DomainError as refusal:
            status = refuse(form, refusal)
        else:
            where = wanted_of(request)
            begin(request, user)
            told = {"codes": codes, "next": where}
            response = render(request, "accounts/recovery_codes_first.html", told)
            response["Cache-Control"] = "no-store"
            return response
    context = {"form": form, "secret": secret, "picture": factors.secret_picture(user, secret)}
    return answer(request, "accounts/first_factor.html", context, status)


def _prove(request: HttpRequest, password: str, proof: Proof) -> None:
    state = request.session.pop(PASSKEY, None)
    shown = proof if proof.code or proof.credential else None
    services.step_up(by=actor_of(request), password=password, proof=shown, state=state)


def _passkey_options(request: HttpRequest, user: User) -> Mapping[str, Any] | None:
    if "passkey" not in factors.methods_of(user):
        return None
    options, request.session[PASSKEY] = passkeys.assertion_begin(user)
    return options


def _oidc_name() -> str:
    return str(settings.OIDC_NAME) if settings.OIDC_SERVER_URL else ""
