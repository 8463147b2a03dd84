"""Accounts in the admin: roles and states; making one is a command or a service."""

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib import admin

from clinicity.accounts.models import User
from clinicity.common.admin import ReadOnlyAdmin


@admin.register(User)
class UserAdmin(ReadOnlyAdmin[User]):
    list_display = ("__str__", "role", "is_active", "mfa_required", "last_login", "created_at")
    list_filter = ("role", "is_active")
    fields = ("id", "role", "is_active", "mfa_required", "last_login", "created_at")
    readonly_fields = fields


# Their forms would show secrets and change rows behind the services.
for _model in (
    Authenticator, EmailAddress, EmailConfirmation, SocialAccount, SocialApp, SocialToken,
    UserSession,
):  # fmt: skip
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)
