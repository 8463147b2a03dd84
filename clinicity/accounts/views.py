"""The log-in page. The API's log-in calls the same service."""

from collections.abc import Mapping
from http import HTTPStatus

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST

from clinicity.accounts import services
from clinicity.accounts.forms import SignInForm, StepUpForm
from clinicity.accounts.requests import actor_of
from clinicity.accounts.sessions import session_begin
from clinicity.common.exceptions import DomainError


@login_not_required
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    form = SignInForm(request.POST or None)
    status = HTTPStatus.OK
    if request.method == "POST" and form.is_valid():
        try:
            user = services.sign_in(credentials_from(request, form.cleaned_data))
        except DomainError as refusal:
            form.add_error(None, f"{refusal.title} {refusal.detail}")
            status = HTTPStatus(refusal.status)
        else:
            login(request, user, backend=settings.AUTHENTICATION_BACKENDS[0])
            return redirect(_next(request))
    return render(request, "accounts/login.html", {"form": form}, status=status)


@require_http_methods(["GET", "POST"])
def step_up(request: HttpRequest) -> HttpResponse:
    """Ask once more for the password, then go back to what asked for it."""
    form = StepUpForm(request.POST or None)
    status = HTTPStatus.OK
    if request.method == "POST" and form.is_valid():
        try:
            services.step_up(by=actor_of(request), password=form.cleaned_data["password"])
        except DomainError as refusal:
            form.add_error(None, f"{refusal.title} {refusal.detail}")
            status = HTTPStatus(refusal.status)
        else:
            session_begin(request.session)
            return redirect(_next(request))
    context = {"form": form, "next": _next(request)}
    return render(request, "accounts/step_up.html", context, status=status)


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    services.sign_out(by=actor_of(request))
    logout(request)
    return redirect("accounts:login")


def credentials_from(request: HttpRequest, data: Mapping[str, str]) -> services.Credentials:
    address = request.META.get("REMOTE_ADDR", "")
    return services.Credentials(data["email"], data["password"], address)


def _next(request: HttpRequest) -> str:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else settings.LOGIN_REDIRECT_URL
