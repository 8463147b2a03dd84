"""Accounts in the admin: roles and states, and the acts on them, each by its service."""

from collections.abc import Callable, Iterable

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from clinicity.accounts import services
from clinicity.accounts.models import User
from clinicity.accounts.requests import actor_of
from clinicity.accounts.stepup import is_recent, to_step_up
from clinicity.common.admin import ReadOnlyAdmin
from clinicity.common.exceptions import DomainError


@admin.register(User)
class UserAdmin(ReadOnlyAdmin[User]):
    list_display = ("__str__", "role", "is_active", "mfa_required", "last_login", "created_at")
    list_filter = ("role", "is_active", "mfa_required")
    fields = ("id", "role", "is_active", "mfa_required", "last_login", "created_at")
    readonly_fields = fields
    actions = ("deactivate", "activate", "demand_factor", "reset_factors")

    @admin.action(description=_("Deactivate, and sign out everywhere"))
    def deactivate(self, request: HttpRequest, chosen: Iterable[User]) -> HttpResponse | None:
        return self._each(request, chosen, services.user_deactivate)

    @admin.action(description=_("Activate"))
    def activate(self, request: HttpRequest, chosen: Iterable[User]) -> HttpResponse | None:
        return self._each(request, chosen, services.user_activate)

    @admin.action(description=_("Demand a second factor"))
    def demand_factor(
        self, request: HttpRequest, chosen: Iterable[User]
    ) -> HttpResponse | None:
        return self._each(request, chosen, services.factor_demand)

    @admin.action(description=_("Take second factors away, and sign out everywhere"))
    def reset_factors(
        self, request: HttpRequest, chosen: Iterable[User]
    ) -> HttpResponse | None:
        return self._each(request, chosen, services.factors_reset)

    def _each(
        self, request: HttpRequest, chosen: Iterable[User], act: Callable[..., None]
    ) -> HttpResponse | None:
        """Dangerous acts all: the admin has to have proved lately who they are."""
        if not is_recent(request):
            return to_step_up(request)
        done = 0
        for user in chosen:
            try:
                act(by=actor_of(request), user_id=user.id)
            except DomainError as refusal:
                self.message_user(request, f"{user}: {refusal.detail}", messages.ERROR)
            else:
                done += 1
        self.message_user(
            request,
            ngettext("%(n)d account changed.", "%(n)d accounts changed.", done) % {"n": done},
        )
        return None


# Their forms would show secrets and change rows behind the services.
for _model in (
    Authenticator, EmailAddress, EmailConfirmation, SocialAccount, SocialApp, SocialToken,
    UserSession,
):  # fmt: skip
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)
