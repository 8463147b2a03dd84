"""Accounts in the admin: roles and states; making one is a command or a service."""

from django.contrib import admin

from clinicity.accounts.models import User
from clinicity.common.admin import ReadOnlyAdmin


@admin.register(User)
class UserAdmin(ReadOnlyAdmin[User]):
    list_display = ("__str__", "role", "is_active", "mfa_required", "last_login", "created_at")
    list_filter = ("role", "is_active")
    fields = ("id", "role", "is_active", "mfa_required", "last_login", "created_at")
    readonly_fields = fields
