"""The trail in the admin, newest first."""

from django.contrib import admin

from clinicity.audit.models import AuditEvent
from clinicity.common.admin import ReadOnlyAdmin


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnlyAdmin[AuditEvent]):
    list_display = (
        "position",
        "created_at",
        "actor_id",
        "actor_role",
        "act",
        "subject",
        "outcome",
    )
    list_filter = ("outcome", "actor_role", "act")
    ordering = ("-position",)
