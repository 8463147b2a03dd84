"""A person's own security: second factors, password, and where they are signed in."""

from collections.abc import Callable
from http import HTTPStatus
from ipaddress import ip_address

from allauth.mfa.adapter import get_adapter
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from clinicity.accounts import factors, passkeys, services, sessions
from clinicity.accounts.clients import client_words
from clinicity.accounts.forms import PasskeyForm, PasswordForm, SetUpForm
from clinicity.accounts.presenters import acts_told
from clinicity.accounts.requests import actor_of, user_of
from clinicity.accounts.selectors import own_acts
from clinicity.accounts.stepup import recently_authenticated
from clinicity.accounts.views.signing_in import PASSKEY, answer, refuse
from clinicity.common.actors import Actor
from clinicity.common.exceptions import DomainError

# Where the session keeps, sealed, the secret of an app that is being set up.
SECRET = "totp_setup"  # noqa: S105 - the name, not the secret


@require_GET
def security(request: HttpRequest) -> HttpResponse:
    """What protects this account."""
    user = user_of(request)
    context = {
        "factors": factors.factors_of(user.actor),
        "required": user.mfa_required,
        "acts": acts_told(own_acts(user.actor)),
    }
    return render(request, "accounts/security.html", context)


@require_http_methods(["GET", "POST"])
@recently_authenticated
def totp_add(request: HttpRequest) -> HttpResponse:
    """Set up an authenticator app: scan the picture, type the first code."""
    user, form, status = user_of(request), SetUpForm(request.POST or None), HTTPStatus.OK
    secret = _secret(request)
    if request.method == "POST" and form.is_valid():
        try:
            code = form.cleaned_data["code"]
            factors.totp_activate(by=user.actor, secret=secret, code=code)
        except DomainError as refusal:
            status = refuse(form, refusal)
        else:
            del request.session[SECRET]
            return _codes_if_none(request, user.actor)
    context = {"form": form, "secret": secret, "picture": factors.secret_picture(user, secret)}
    return answer(request, "accounts/totp_add.html", context, status)


@require_http_methods(["GET", "POST"])
@recently_authenticated
def passkey_add(request: HttpRequest) -> HttpResponse:
    """Add a passkey: the browser asks for it, the form brings what it signed."""
    user, form, status = user_of(request), PasskeyForm(request.POST or None), HTTPStatus.OK
    if request.method == "POST" and form.is_valid():
        try:
            factors.passkey_add(
                by=user.actor, name=form.cleaned_data["name"],
                credential=form.cleaned_data["credential"],
                state=request.session.pop(PASSKEY, {}),
            )  # fmt: skip
        except DomainError as refusal:
            status = refuse(form, refusal)
        else:
            return _codes_if_none(request, user.actor)
    options, request.session[PASSKEY] = passkeys.registration_begin(user)
    context = {"form": form, "options": options, "by_address": _is_by_address(request)}
    return answer(request, "accounts/passkey_add.html", context, status)


@require_POST
@recently_authenticated
def recovery_codes_make(request: HttpRequest) -> HttpResponse:
    return _codes(request, actor_of(request))


@require_POST
@recently_authenticated
def totp_remove(request: HttpRequest) -> HttpResponse:
    return _done(
        request, lambda by: factors.totp_remove(by=by), _("The authenticator app is removed.")
    )


@require_POST
@recently_authenticated
def passkey_remove(request: HttpRequest, passkey_id: int) -> HttpResponse:
    return _done(
        request, lambda by: factors.passkey_remove(by=by, passkey_id=passkey_id),
        _("The passkey is removed."),
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def password_change(request: HttpRequest) -> HttpResponse:
    """A new password; every other sign-in ends with it."""
    form, status = PasswordForm(request.POST or None), HTTPStatus.OK
    if request.method == "POST" and form.is_valid():
        try:
            user = services.password_change(
                by=actor_of(request), old=form.cleaned_data["old"],
                new=form.cleaned_data["new"], keep_session=request.session.session_key or "",
            )  # fmt: skip
        except DomainError as refusal:
            status = refuse(form, refusal)
        else:
            update_session_auth_hash(request, user)
            sessions.session_begin(request, user)
            messages.success(
                request, _("The password is changed. You are signed out everywhere else.")
            )
            return redirect("accounts:security")
    return answer(request, "accounts/password.html", {"form": form}, status)


@require_GET
def signed_in(request: HttpRequest) -> HttpResponse:
    """Where this person is signed in."""
    rows = sessions.signed_in_of(actor_of(request), this_session=request.session.session_key)
    context = {"rows": [(row, client_words(row.client)) for row in rows]}
    return render(request, "accounts/sessions.html", context)


@require_POST
def session_end(request: HttpRequest, id: str) -> HttpResponse:
    sessions.session_end(by=actor_of(request), id=id)
    messages.success(request, _("Signed out there."))
    return redirect("accounts:sessions")


@require_POST
def sessions_end(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere, here too."""
    sessions.sessions_end(by=actor_of(request))
    request.session.flush()
    return redirect("accounts:login")


def _is_by_address(request: HttpRequest) -> bool:
    """Whether the page was opened by an IP address, to which no passkey can belong."""
    try:
        ip_address(request.get_host().rpartition(":")[0] or request.get_host())
    except ValueError:
        return False
    return True


def _secret(request: HttpRequest) -> str:
    """The secret that is being set up, the same until it is."""
    if SECRET not in request.session:
        request.session[SECRET] = get_adapter().encrypt(factors.new_secret())
    return str(get_adapter().decrypt(request.session[SECRET]))


def _codes_if_none(request: HttpRequest, by: Actor) -> HttpResponse:
    """After the first factor come the recovery codes, once."""
    if factors.factors_of(by).codes_left is None:
        return _codes(request, by)
    messages.success(request, _("Added."))
    return redirect("accounts:security")


def _codes(request: HttpRequest, by: Actor) -> HttpResponse:
    try:
        codes = factors.recovery_codes_make(by=by)
    except DomainError as refusal:
        messages.error(request, f"{refusal.title} {refusal.detail}")
        return redirect("accounts:security")
    response = render(request, "accounts/recovery_codes.html", {"codes": codes})
    response["Cache-Control"] = "no-store"
    return response


def _done(request: HttpRequest, act: Callable[[Actor], None], say: str) -> HttpResponse:
    try:
        act(actor_of(request))
    except DomainError as refusal:
        messages.error(request, f"{refusal.title} {refusal.detail}")
    else:
        messages.success(request, say)
    return redirect("accounts:security")
